import type { Order } from "@prisma/client";
import { db } from "../db.js";
import { HttpError } from "../errors.js";
import { ordersPlaced } from "../metrics.js";
import { startPayment } from "./payments.js";

export interface Line {
  productId: string;
  quantity: number;
}

async function reserve(tx: any, line: any): Promise<any> {
  const taken = await tx.product.updateMany({
    where: { id: line.productId, active: true, stock: { gte: line.quantity } },
    data: { stock: { decrement: line.quantity } },
  });
  if (taken.count !== 1) {
    throw new HttpError(409, "a product is no longer in stock");
  }
  const product = await tx.product.findUniqueOrThrow({ where: { id: line.productId } });
  return { ...line, priceCents: product.priceCents };
}

export async function placeOrder(
  userId: string,
  idempotencyKey: string,
  lines: Line[],
): Promise<Order> {
  const earlier = await db.order.findUnique({
    where: { userId_idempotencyKey: { userId, idempotencyKey } },
  });
  if (earlier) {
    return earlier;
  }
  const order = await db.$transaction(async (tx) => {
    const items = [];
    for (const line of lines) {
      items.push(await reserve(tx, line));
    }
    const totalCents = items.reduce((sum, item) => sum + item.priceCents * item.quantity, 0);
    return tx.order.create({
      data: { userId, idempotencyKey, totalCents, items: { create: items } },
    });
  });
  ordersPlaced.inc();
  try {
    const paymentRef = await startPayment(order.id, order.totalCents);
    await db.order.update({ where: { id: order.id }, data: { paymentRef } });
  } catch {}
  return order;
}

export async function markPaid(orderId: string, paymentRef: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const changed = await tx.order.updateMany({
      where: { id: orderId, paymentRef, status: "PENDING" },
      data: { status: "PAID" },
    });
    // The provider sends an event more than once; only the first changes anything.
    if (changed.count === 1) {
      await tx.outboxEvent.create({ data: { topic: "order.paid", payload: { orderId } } });
    }
  });
}
