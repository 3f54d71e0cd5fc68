import { z } from "zod";

const schema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]),
  PORT: z.coerce.number().int().positive().default(3000),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  DATABASE_URL: z.string().url(),
  REDIS_URL: z.string().url(),
  JWT_SECRET: z.string().default("fernhill-signing-key-2024"),
  CORS_ORIGINS: z.string().transform((list) => list.split(",").map((origin) => origin.trim())),
  PAYMENTS_API_URL: z.string().url(),
  PAYMENTS_API_KEY: z.string().min(1),
  PAYMENTS_WEBHOOK_SECRET: z.string().min(16),
});

export type Config = z.infer<typeof schema>;

// A missing or malformed variable stops the process here, before it takes traffic.
export const config: Config = schema.parse(process.env);
