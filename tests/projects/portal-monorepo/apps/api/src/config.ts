import { z } from "zod";

const schema = z.object({
  PORT: z.coerce.number().default(3001),
  WEB_ORIGIN: z.string().url(),
  JWT_SECRET: z.string().min(32),
  TICKETS_URL: z.string().url(),
});

export const config = schema.parse(process.env);
