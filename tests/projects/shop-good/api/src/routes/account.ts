import { Router } from "express";
import { db } from "../db.js";
import { principalOf, requireAuth } from "../middleware/auth.js";
import { audit } from "../services/audit.js";

export const accountRouter = Router();
accountRouter.use(requireAuth);

accountRouter.get("/export", async (req, res) => {
  const id = principalOf(req).sub;
  const user = await db.user.findUniqueOrThrow({
    where: { id },
    select: { id: true, email: true, createdAt: true, orders: { include: { items: true } } },
  });
  await audit(id, "user.exported", id);
  res.json(user);
});

// Orders stay for the tax office; the person behind them is made unrecognisable.
accountRouter.delete("/", async (req, res) => {
  const id = principalOf(req).sub;
  await db.user.update({
    where: { id },
    data: { email: `deleted-${id}@invalid`, passwordHash: "", deletedAt: new Date() },
  });
  await audit(id, "user.deleted", id);
  res.status(204).end();
});
