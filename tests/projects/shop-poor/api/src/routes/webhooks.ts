import { createHmac, timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import { z } from "zod";
import { config } from "../config.js";
import { HttpError } from "../errors.js";
import { markPaid } from "../services/orders.js";

const event = z.object({
  type: z.literal("payment.succeeded"),
  orderId: z.string().uuid(),
  ref: z.string(),
});

function signatureHolds(body: Buffer, signature: string): boolean {
  const expected = createHmac("sha256", config.PAYMENTS_WEBHOOK_SECRET).update(body).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export const webhooksRouter = Router();

webhooksRouter.post("/payments", express.raw({ type: "*/*", limit: "64kb" }), async (req, res) => {
  if (!signatureHolds(req.body, req.get("X-Signature") ?? "")) {
    throw new HttpError(401, "the signature does not hold");
  }
  const paid = event.parse(JSON.parse(req.body.toString("utf8")));
  await markPaid(paid.orderId, paid.ref);
  res.status(204).end();
});
