import { createHmac, timingSafeEqual } from "node:crypto";
import { Router } from "express";
import { db } from "../db.js";

export const webhooks = Router();

webhooks.post("/gateway", async (req, res, next) => {
  try {
    const expected = createHmac("sha256", process.env.GATEWAY_WEBHOOK_SECRET).update(req.body).digest();
    const given = Buffer.from(req.get("x-signature") ?? "", "hex");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return res.status(400).end();
    const event = JSON.parse(req.body.toString("utf8"));
    const fresh = await db("gateway_events").insert({ event_id: event.id }).onConflict("event_id").ignore();
    if (fresh.rowCount > 0) await db("accounts").where({ id: event.account }).increment("balance_cents", event.amount);
    res.status(204).end();
  } catch (error) {
    next(error);
  }
});
