import { randomUUID } from "node:crypto";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { config } from "../lib/config.js";
import { pool } from "../lib/db.js";

const s3 = new S3Client({ maxAttempts: 3, requestHandler: { requestTimeout: 8000 } });
const body = z.object({ name: z.string().max(200), content: z.string().max(5_000_000) });

export const handler = async (event: { body?: string; requestContext: { authorizer: { jwt: { claims: { sub: string } } } } }) => {
  const parsed = body.safeParse(JSON.parse(event.body ?? "{}"));
  if (!parsed.success) return { statusCode: 400, body: "invalid" };
  const id = randomUUID();
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  await s3.send(new PutObjectCommand({ Bucket: config.BUCKET, Key: `${owner}/${id}`, Body: Buffer.from(parsed.data.content, "base64") }));
  await pool.query("INSERT INTO media (id, owner, name) VALUES ($1, $2, $3)", [id, owner, parsed.data.name]);
  return { statusCode: 201, body: JSON.stringify({ id }) };
};
