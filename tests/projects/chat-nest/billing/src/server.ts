import helmet from "@fastify/helmet";
import jwt from "@fastify/jwt";
import limit from "@fastify/rate-limit";
import { PrismaClient } from "@prisma/client";
import fastify from "fastify";
import metrics from "fastify-metrics";

const app = fastify({ logger: true, genReqId: (request) => String(request.headers["x-request-id"] ?? crypto.randomUUID()) });
const db = new PrismaClient();

await app.register(helmet);
await app.register(limit, { max: 100, timeWindow: "1 minute" });
await app.register(jwt, { secret: process.env.JWT_SECRET! });
await app.register(metrics, { endpoint: "/metrics" });

app.get("/health", async () => ({ status: "ok" }));
app.get("/ready", async () => {
  await db.$queryRaw`SELECT 1`;
  return { status: "ready" };
});

app.addHook("onRequest", async (request) => {
  if (!["/health", "/ready", "/metrics"].includes(request.url)) await request.jwtVerify();
});

app.get("/subscriptions", async () => db.subscription.findMany());

app.post<{ Body: { club: string; priceCents: number } }>("/subscriptions", async (request, reply) => {
  const { club, priceCents } = request.body;
  const found = await db.club.create({ data: { name: club } });
  const made = await db.subscription.create({ data: { clubId: found.id, priceCents } });
  return reply.code(201).send(made);
});

process.once("SIGTERM", () => void app.close().then(() => db.$disconnect()));

await app.listen({ port: 3100, host: "0.0.0.0" });
import './told.js';
