import { createApp } from "./app.js";
import { config } from "./config.js";
import { db } from "./db.js";
import { logger } from "./logger.js";
import { redis } from "./redis.js";

const GRACE_MS = 20_000;

const server = createApp().listen(config.PORT, () => {
  logger.info({ port: config.PORT }, "listening");
});
server.requestTimeout = 15_000;
server.headersTimeout = 10_000;
server.keepAliveTimeout = 65_000;

async function shutdown(signal: string): Promise<void> {
  logger.info({ signal }, "shutting down");
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  await new Promise((resolve) => server.close(resolve));
  await Promise.allSettled([db.$disconnect(), redis.quit()]);
  process.exit(0);
}

process.once("SIGTERM", () => void shutdown("SIGTERM"));
process.once("SIGINT", () => void shutdown("SIGINT"));
process.on("unhandledRejection", (error) => {
  logger.fatal({ err: error }, "unhandled rejection");
  void shutdown("unhandledRejection");
});
