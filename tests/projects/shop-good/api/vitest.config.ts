import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    env: {
      NODE_ENV: "test",
      DATABASE_URL: process.env.DATABASE_URL ?? "postgresql://shop:shop@127.0.0.1:5432/shop_test",
      REDIS_URL: process.env.REDIS_URL ?? "redis://127.0.0.1:6379/1",
      JWT_SECRET: "only-for-tests-only-for-tests-only",
      CORS_ORIGINS: "http://localhost:5173",
      PAYMENTS_API_URL: "http://127.0.0.1:9",
      PAYMENTS_API_KEY: "only-for-tests",
      PAYMENTS_WEBHOOK_SECRET: "only-for-tests-too",
    },
    coverage: {
      provider: "v8",
      include: ["src/**"],
      thresholds: { lines: 85, branches: 80, functions: 85, statements: 85 },
    },
  },
});
