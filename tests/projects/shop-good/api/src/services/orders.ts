import type { Order, Prisma } from "@prisma/client";
import { db } from "../db.js";
import { HttpError } from "../errors.js";
import { ordersPlaced } from "../metrics.js";
import { audit } from "./audit.js";
import { startPayment } from "./payments.js";

export interface Line {
  productId: string;
  quantity: number;
}

async function reserve(tx: Prisma.TransactionClient, line: Line) {
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
  await audit(userId, "order.placed", order.id);
  const paymentRef = await startPayment(order.id, order.totalCents);
  return db.order.update({ where: { id: order.id }, data: { paymentRef } });
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

export async function cancelOrder(userId: string, orderId: string): Promise<Order> {
  const order = await db.$transaction(async (tx) => {
    const found = await tx.order.findFirst({
      where: { id: orderId, userId, status: "PENDING" },
      include: { items: true },
    });
    if (!found) {
      throw new HttpError(409, "the order cannot be cancelled any more");
    }
    for (const item of found.items) {
      await tx.product.update({
        where: { id: item.productId },
        data: { stock: { increment: item.quantity } },
      });
    }
    return tx.order.update({ where: { id: orderId }, data: { status: "CANCELLED" } });
  });
  await audit(userId, "order.cancelled", orderId);
  return order;
}
