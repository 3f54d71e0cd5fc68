import { pino } from "pino";
import { config } from "./config.js";

export const logger = pino({
  level: config.LOG_LEVEL,
  base: { service: "api" },
  redact: {
    paths: ["req.headers.authorization", "req.headers.cookie", "*.password", "*.email", "*.token"],
    censor: "[redacted]",
  },
});
