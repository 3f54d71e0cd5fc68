import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";
import { HttpError } from "../errors.js";
import { principalOf, requireAdmin, requireAuth } from "../middleware/auth.js";
import { validateBody } from "../middleware/validate.js";
import { audit } from "../services/audit.js";

const page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(24),
  cursor: z.string().uuid().optional(),
});

const product = z.object({
  sku: z.string().min(1).max(40),
  name: z.string().min(1).max(200),
  priceCents: z.number().int().nonnegative(),
  stock: z.number().int().nonnegative(),
});

const productId = z.string().uuid();

export const productsRouter = Router();

productsRouter.get("/", async (req, res) => {
  const { limit, cursor } = page.parse(req.query);
  const items = await db.product.findMany({
    where: { active: true },
    orderBy: { createdAt: "desc" },
    take: limit,
    ...(cursor ? { skip: 1, cursor: { id: cursor } } : {}),
  });
  res.set("Cache-Control", "public, max-age=30").json({ items, next: items.at(-1)?.id ?? null });
});

productsRouter.get("/:id", async (req, res) => {
  const found = await db.product.findUnique({ where: { id: productId.parse(req.params.id) } });
  if (!found?.active) {
    throw new HttpError(404, "no such product");
  }
  res.json(found);
});

productsRouter.post("/", requireAuth, requireAdmin, validateBody(product), async (req, res) => {
  const created = await db.product.create({ data: req.body });
  await audit(principalOf(req).sub, "product.created", created.id);
  res.status(201).json(created);
});

productsRouter.patch(
  "/:id",
  requireAuth,
  requireAdmin,
  validateBody(product.partial()),
  async (req, res) => {
    const changed = await db.product.update({
      where: { id: productId.parse(req.params.id) },
      data: req.body,
    });
    await audit(principalOf(req).sub, "product.changed", changed.id);
    res.json(changed);
  },
);
