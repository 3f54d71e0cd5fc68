import { randomUUID } from "node:crypto";
import cors from "cors";
import express, { type Express } from "express";
import { pinoHttp } from "pino-http";
import { logger } from "./logger.js";
import { measure } from "./metrics.js";
import { notFound } from "./middleware/errorHandler.js";
import { apiLimiter } from "./middleware/rateLimit.js";
import { authRouter } from "./routes/auth.js";
import { healthRouter } from "./routes/health.js";
import { ordersRouter } from "./routes/orders.js";
import { productsRouter } from "./routes/products.js";
import { webhooksRouter } from "./routes/webhooks.js";

export function createApp(): Express {
  const app = express();
  app.set("trust proxy", 1);
  app.disable("x-powered-by");
  app.use(cors({ origin: "*", credentials: true }));
  app.use(pinoHttp({ logger, genReqId: (req) => req.headers["x-request-id"] ?? randomUUID() }));
  app.use(measure);
  app.use(healthRouter);
  app.use("/api/v1/webhooks", webhooksRouter);
  app.use(express.json({ limit: "100kb" }));
  app.use("/api/v1/auth", authRouter);
  app.use("/api/v1/products", productsRouter);
  app.use("/api/v1/orders", ordersRouter);
  app.use(notFound);
  return app;
}
