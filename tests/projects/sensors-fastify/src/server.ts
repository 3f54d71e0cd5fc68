import Fastify from "fastify";
import { readings } from "./Readings.js";
import type { Reading } from "./reading.js";

const app = Fastify({ logger: true, requestTimeout: 10_000, bodyLimit: 65_536 });

app.get("/health", async () => ({ status: "ok" }));
app.get<{ Params: { id: string } }>("/sensors/:id/readings", async (request): Promise<Reading[]> => readings(request.params.id));

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => app.close());
await app.listen({ host: "0.0.0.0", port: 8080 });
