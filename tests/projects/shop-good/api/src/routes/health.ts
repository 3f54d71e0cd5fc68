import { Router } from "express";
import { db } from "../db.js";
import { logger } from "../logger.js";
import { registry } from "../metrics.js";
import { redis } from "../redis.js";

export const healthRouter = Router();

healthRouter.get("/health", (_req, res) => {
  res.json({ status: "ok" });
});

healthRouter.get("/ready", async (_req, res) => {
  try {
    await Promise.all([db.$queryRaw`SELECT 1`, redis.ping()]);
    res.json({ status: "ready" });
  } catch (error) {
    logger.warn({ err: error }, "not ready");
    res.status(503).json({ status: "unavailable" });
  }
});

healthRouter.get("/metrics", async (_req, res) => {
  res.type(registry.contentType).send(await registry.metrics());
});
