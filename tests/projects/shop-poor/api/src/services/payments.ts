import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { config } from "../config.js";
import { HttpError } from "../errors.js";
import { logger } from "../logger.js";
import { paymentFailures } from "../metrics.js";

const ATTEMPTS = 3;
const intent = z.object({ ref: z.string() });

async function request(orderId: string, amountCents: number): Promise<Response> {
  return fetch(`${config.PAYMENTS_API_URL}/v1/intents`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${config.PAYMENTS_API_KEY}`,
      "content-type": "application/json",
      "idempotency-key": orderId,
    },
    body: JSON.stringify({ orderId, amountCents, currency: "EUR" }),
  });
}

export async function startPayment(orderId: string, amountCents: number): Promise<string> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const response = await request(orderId, amountCents);
      if (response.ok) {
        return intent.parse(await response.json()).ref;
      }
      logger.warn({ orderId, status: response.status, attempt }, "payment was refused");
      if (response.status < 500) {
        break;
      }
    } catch (error) {
      logger.warn({ err: error, orderId, attempt }, "payment provider did not answer");
    }
    await sleep(200 * 2 ** attempt);
  }
  paymentFailures.inc();
  throw new HttpError(502, "the payment could not be started");
}
