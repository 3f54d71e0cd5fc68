import { randomUUID } from "node:crypto";
import request from "supertest";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../src/app.js";
import { db } from "../src/db.js";
import { issueToken } from "../src/middleware/auth.js";
import { redis } from "../src/redis.js";

const app = createApp();
const fetchMock = vi.fn(async () => Response.json({ ref: randomUUID() }));
vi.stubGlobal("fetch", fetchMock);

async function customer(): Promise<string> {
  const user = await db.user.create({
    data: { email: `${randomUUID()}@shop.test`, passwordHash: "-" },
  });
  return issueToken({ sub: user.id, role: user.role });
}

async function product(stock: number): Promise<string> {
  const created = await db.product.create({
    data: { sku: randomUUID(), name: "Mug", priceCents: 1250, stock },
  });
  return created.id;
}

function order(token: string, productId: string, key: string = randomUUID()) {
  return request(app)
    .post("/api/v1/orders")
    .set("Authorization", `Bearer ${token}`)
    .set("Idempotency-Key", key)
    .send({ items: [{ productId, quantity: 2 }] });
}

beforeEach(() => fetchMock.mockClear());

afterAll(async () => {
  await db.$disconnect();
  await redis.quit();
});

describe("placing an order", () => {
  it("needs a token", async () => {
    const response = await request(app).post("/api/v1/orders").send({ items: [] });
    expect(response.status).toBe(401);
  });

  it("takes the goods from stock and adds up the price", async () => {
    const id = await product(5);
    const response = await order(await customer(), id);
    expect(response.status).toBe(201);
    expect(response.body.totalCents).toBe(2500);
    expect((await db.product.findUniqueOrThrow({ where: { id } })).stock).toBe(3);
  });

  it("is done once however often it is sent", async () => {
    const [id, token, key] = [await product(5), await customer(), randomUUID()];
    const first = await order(token, id, key);
    const second = await order(token, id, key);
    expect(second.body.id).toBe(first.body.id);
    expect((await db.product.findUniqueOrThrow({ where: { id } })).stock).toBe(3);
  });

  it("is refused when the goods are gone", async () => {
    const response = await order(await customer(), await product(1));
    expect(response.status).toBe(409);
  });
});
