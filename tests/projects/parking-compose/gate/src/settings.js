import { z } from "zod";

export const settings = z
  .object({
    PORT: z.coerce.number().default(3000),
    SESSION_SECRET: z.string().min(16),
    COOKIE_SECRET: z.string().min(16).regex(/^[0-9a-f]+$/),
  })
  .parse(process.env);
