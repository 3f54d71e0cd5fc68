import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";
import { HttpError } from "../errors.js";
import { principalOf, requireAuth } from "../middleware/auth.js";
import { validateBody } from "../middleware/validate.js";
import { placeOrder } from "../services/orders.js";

const basket = z.object({
  items: z
    .array(z.object({ productId: z.string().uuid(), quantity: z.number().int().min(1).max(50) }))
    .min(1)
    .max(50),
});

const key = z.string().uuid();
const page = z.object({ limit: z.coerce.number().int().min(1).max(50).default(20) });

export const ordersRouter = Router();
ordersRouter.use(requireAuth);

ordersRouter.get("/", async (req, res) => {
  const { limit } = page.parse(req.query);
  const items = await db.order.findMany({
    where: { userId: principalOf(req).sub },
    orderBy: { createdAt: "desc" },
    take: limit,
    include: { items: true },
  });
  res.json({ items });
});

ordersRouter.post("/", validateBody(basket), async (req, res) => {
  const idempotencyKey = key.parse(req.get("Idempotency-Key"));
  const order = await placeOrder(principalOf(req).sub, idempotencyKey, req.body.items);
  res.status(201).json(order);
});

ordersRouter.get("/:id", async (req, res) => {
  const order = await db.order.findFirst({
    where: { id: key.parse(req.params.id), userId: principalOf(req).sub },
    include: { items: true },
  });
  if (!order) {
    throw new HttpError(404, "no such order");
  }
  res.json(order);
});

ordersRouter.post("/:id/cancel", (_req, res) => {
  // TODO: give the goods back to stock
  res.status(501).json({ error: "not implemented" });
});
