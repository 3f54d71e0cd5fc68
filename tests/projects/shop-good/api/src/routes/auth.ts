import argon2 from "argon2";
import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";
import { HttpError } from "../errors.js";
import { issueToken } from "../middleware/auth.js";
import { loginLimiter } from "../middleware/rateLimit.js";
import { validateBody } from "../middleware/validate.js";
import { audit } from "../services/audit.js";

const credentials = z.object({
  email: z.string().email().max(254).toLowerCase(),
  password: z.string().min(12).max(128),
});

export const authRouter = Router();

authRouter.post("/register", loginLimiter, validateBody(credentials), async (req, res) => {
  const { email, password } = req.body as z.infer<typeof credentials>;
  const passwordHash = await argon2.hash(password, { type: argon2.argon2id });
  const taken = await db.user.findUnique({ where: { email } });
  if (taken) {
    throw new HttpError(409, "this address cannot be registered");
  }
  const user = await db.user.create({ data: { email, passwordHash } });
  await audit(user.id, "user.registered", user.id);
  res.status(201).json({ token: issueToken({ sub: user.id, role: user.role }) });
});

authRouter.post("/login", loginLimiter, validateBody(credentials), async (req, res) => {
  const { email, password } = req.body as z.infer<typeof credentials>;
  const user = await db.user.findUnique({ where: { email } });
  if (!user || user.deletedAt || !(await argon2.verify(user.passwordHash, password))) {
    throw new HttpError(401, "wrong address or password");
  }
  await audit(user.id, "user.logged_in", user.id);
  res.json({ token: issueToken({ sub: user.id, role: user.role }) });
});
