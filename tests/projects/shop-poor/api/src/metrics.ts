import type { RequestHandler } from "express";
import client from "prom-client";

export const registry = new client.Registry();
client.collectDefaultMetrics({ register: registry });

export const httpRequestDuration = new client.Histogram({
  name: "http_request_duration_seconds",
  help: "Duration of HTTP requests by route and status.",
  labelNames: ["method", "route", "status"],
  buckets: [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1, 2, 5],
  registers: [registry],
});

export const ordersPlaced = new client.Counter({
  name: "shop_orders_placed_total",
  help: "Orders accepted.",
  registers: [registry],
});

export const paymentFailures = new client.Counter({
  name: "shop_payment_failures_total",
  help: "Payments that the provider refused or that could not be started.",
  registers: [registry],
});

export const measure: RequestHandler = (req, res, next) => {
  const stop = httpRequestDuration.startTimer({ method: req.method });
  res.on("finish", () => {
    stop({ route: req.route?.path ?? "unmatched", status: String(res.statusCode) });
  });
  next();
};
