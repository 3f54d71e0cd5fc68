import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    env: {
      NODE_ENV: "test",
      DATABASE_URL: process.env.DATABASE_URL ?? "postgresql://shop:shop@127.0.0.1:5432/shop_test",
      REDIS_URL: process.env.REDIS_URL ?? "redis://127.0.0.1:6379/1",
      CORS_ORIGINS: "http://localhost:5173",
      PAYMENTS_API_URL: "http://127.0.0.1:9",
      PAYMENTS_API_KEY: "only-for-tests",
      PAYMENTS_WEBHOOK_SECRET: "only-for-tests-too",
    },
    coverage: {
      provider: "v8",
      include: ["src/errors.ts", "src/middleware/validate.ts"],
      thresholds: { lines: 20, branches: 10, functions: 20, statements: 20 },
    },
  },
});
