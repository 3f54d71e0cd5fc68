import { Redis } from "ioredis";
import { config } from "./config.js";
import { logger } from "./logger.js";

export const redis = new Redis(config.REDIS_URL, {
  connectTimeout: 5000,
  commandTimeout: 2000,
  maxRetriesPerRequest: 2,
  retryStrategy: (attempt) => Math.min(attempt * 200, 3000),
});

redis.on("error", (error) => logger.error({ err: error }, "redis connection failed"));
