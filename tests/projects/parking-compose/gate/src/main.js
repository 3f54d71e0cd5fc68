import express from "express";
import helmet from "helmet";
import client from "prom-client";
import { signed } from "./tickets.js";
import { settings } from "./settings.js";

client.collectDefaultMetrics();
const app = express();
app.use(helmet());

app.get("/health", (_request, response) => response.json({ status: "ok" }));
app.get("/metrics", async (_request, response) => {
  response.type(client.register.contentType).send(await client.register.metrics());
});
app.get("/tickets/:number", (request, response) => response.json(signed(request.params.number)));

const server = app.listen(settings.PORT);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(1);
});
