import { Router } from "express";
import { db } from "../db.js";

const operator = (req, res, next) => (req.session?.role === "operator" ? next() : res.status(403).end());

export const admin = Router();

admin.delete("/users/:id", operator, async (req, res, next) => {
  try {
    await db("users").where({ id: Number(req.params.id) }).delete();
    res.status(204).end();
  } catch (error) {
    next(error);
  }
});

admin.post("/accounts/:id/freeze", async (req, res, next) => {
  try {
    await db("accounts").where({ id: Number(req.params.id) }).update({ frozen: true });
    res.status(204).end();
  } catch (error) {
    next(error);
  }
});
