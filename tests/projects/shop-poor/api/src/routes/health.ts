import { Router } from "express";
import { registry } from "../metrics.js";

export const healthRouter = Router();

healthRouter.get("/health", (_req, res) => {
  res.json({ status: "ok" });
});

healthRouter.get("/ready", (_req, res) => {
  res.json({ status: "ready" });
});

healthRouter.get("/metrics", async (_req, res) => {
  res.type(registry.contentType).send(await registry.metrics());
});
