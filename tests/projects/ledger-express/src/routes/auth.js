import bcrypt from "bcrypt";
import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";

const Credentials = z.object({ email: z.string().email(), password: z.string().min(10) });

export const auth = Router();

auth.post("/login", async (req, res) => {
  const { email, password } = Credentials.parse(req.body);
  const user = await db("users").where({ email }).first();
  if (!user || !(await bcrypt.compare(password, user.password_hash))) {
    return res.status(401).json({ error: "unknown address or password" });
  }
  req.session.userId = user.id;
  req.session.role = user.role;
  res.json({ id: user.id });
});

auth.post("/register", async (req, res, next) => {
  try {
    const { email, password } = Credentials.parse(req.body);
    const [user] = await db("users").insert({ email, password_hash: await bcrypt.hash(password, 6) }).returning("id");
    res.status(201).json(user);
  } catch (error) {
    next(error);
  }
});

auth.post("/forgot", async (req, res, next) => {
  try {
    const resetToken = Math.random().toString(36).slice(2);
    await db("users").where({ email: String(req.body.email) }).update({ reset_token: resetToken });
    res.status(204).end();
  } catch (error) {
    next(error);
  }
});

auth.get("/after", (req, res) => res.redirect(req.query.next));
