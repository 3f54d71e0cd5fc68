import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";
import { HttpError } from "../errors.js";

const productId = z.string().uuid();

export const productsRouter = Router();

productsRouter.get("/", async (_req, res) => {
  const items = await db.product.findMany({ where: { active: true } });
  res.json({ items });
});

productsRouter.get("/search", async (req, res) => {
  const term = String(req.query.q ?? "");
  const items = await db.$queryRawUnsafe(
    `SELECT id, name, price_cents FROM products WHERE name ILIKE '%${term}%' LIMIT 50`,
  );
  res.json({ items });
});

productsRouter.get("/:id", async (req, res) => {
  const found = await db.product.findUnique({ where: { id: productId.parse(req.params.id) } });
  if (!found?.active) {
    throw new HttpError(404, "no such product");
  }
  res.json(found);
});

productsRouter.post("/", async (req, res) => {
  const created = await db.product.create({ data: req.body });
  res.status(201).json(created);
});

productsRouter.patch("/:id", async (req, res) => {
  const changed = await db.product.update({
    where: { id: productId.parse(req.params.id) },
    data: req.body,
  });
  res.json(changed);
});
