import request from "supertest";
import { afterAll, describe, expect, it } from "vitest";
import { createApp } from "../src/app.js";
import { db } from "../src/db.js";
import { redis } from "../src/redis.js";

const app = createApp();

afterAll(async () => {
  await db.$disconnect();
  await redis.quit();
});

describe.only("the application", () => {
  it("is alive", async () => {
    const response = await request(app).get("/health");
    expect(response.status).toBe(200);
    expect(response.body).toEqual({ status: "ok" });
  });

  it("is ready when PostgreSQL and Redis answer", async () => {
    const response = await request(app).get("/ready");
    expect(response.status).toBe(200);
  });

  it("exports metrics", async () => {
    const response = await request(app).get("/metrics");
    expect(response.text).toContain("http_request_duration_seconds");
  });

  it("answers an unknown path with 404", async () => {
    const response = await request(app).get("/api/v1/nothing");
    expect(response.status).toBe(404);
  });
});
