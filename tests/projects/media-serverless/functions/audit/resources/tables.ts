export const AuditTable = {
  Type: "AWS::DynamoDB::Table",
  DeletionPolicy: "Retain",
  Properties: {
    TableName: "${self:provider.environment.AUDIT_TABLE}",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  },
};

const keepsMoments = { PointInTimeRecoveryEnabled: true };

export const SessionTable = {
  Type: "AWS::DynamoDB::Table",
  DeletionPolicy: "Retain",
  Properties: {
    TableName: "sessions",
    BillingMode: "PAY_PER_REQUEST",
    PointInTimeRecoverySpecification: keepsMoments,
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  },
};
