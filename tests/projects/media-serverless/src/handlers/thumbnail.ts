import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

const s3 = new S3Client({ maxAttempts: 3 });

export async function handler(event: { Records: { s3: { bucket: { name: string }; object: { key: string } } }[] }) {
  for (const { s3: record } of event.Records) {
    await s3.send(new GetObjectCommand({ Bucket: record.bucket.name, Key: record.object.key }));
  }
}
