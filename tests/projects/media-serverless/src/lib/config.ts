import { z } from "zod";

const schema = z.object({
  DATABASE_URL: z.string().url(),
  BUCKET: z.string().min(3),
  LOG_LEVEL: z.enum(["debug", "info", "warn"]).default("info"),
});

export const config = schema.parse(process.env);
