import type { AWS } from "@serverless/typescript";
import { AuditTable, SessionTable } from "./resources/tables";
import record from "./src/record";

const configuration: AWS = {
  service: "media-audit",
  frameworkVersion: "3",
  plugins: ["serverless-esbuild"],
  provider: {
    name: "aws",
    region: "eu-central-1",
    runtime: "nodejs16.x",
    environment: { AUDIT_TABLE: "${self:service}-${sls:stage}" },
  },
  functions: { record },
  resources: { Resources: { AuditTable, SessionTable } },
};

module.exports = configuration;
