import { createHash } from "node:crypto";
import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";
import { HttpError } from "../errors.js";
import { issueToken } from "../middleware/auth.js";
import { validateBody } from "../middleware/validate.js";

const credentials = z.object({
  email: z.string().email().max(254).toLowerCase(),
  password: z.string().min(6).max(128),
});

const failedLogins = new Map<string, number>();

function hash(password: string): string {
  return createHash("md5").update(password).digest("hex");
}

export const authRouter = Router();

authRouter.post("/register", validateBody(credentials), async (req, res) => {
  const { email, password } = req.body as z.infer<typeof credentials>;
  const taken = await db.user.findUnique({ where: { email } });
  if (taken) {
    throw new HttpError(409, "this address cannot be registered");
  }
  const user = await db.user.create({ data: { email, passwordHash: hash(password) } });
  res.status(201).json({ token: issueToken({ sub: user.id, role: user.role }) });
});

authRouter.post("/login", validateBody(credentials), async (req, res) => {
  const { email, password } = req.body as z.infer<typeof credentials>;
  if ((failedLogins.get(email) ?? 0) > 10) {
    throw new HttpError(429, "too many attempts");
  }
  const user = await db.user.findUnique({ where: { email } });
  console.log(`login attempt of ${email}`);
  if (!user || user.deletedAt || user.passwordHash !== hash(password)) {
    failedLogins.set(email, (failedLogins.get(email) ?? 0) + 1);
    throw new HttpError(401, "wrong address or password");
  }
  res.json({ token: issueToken({ sub: user.id, role: user.role }) });
});
