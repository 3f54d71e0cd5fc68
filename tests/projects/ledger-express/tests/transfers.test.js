import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import request from "supertest";
import { app } from "../src/app.js";

test("nobody transfers without signing in", async () => {
  const answer = await request(app).post("/transfers").send({ from: 1, to: 2, cents: 100 });
  assert.equal(answer.status, 401);
});

test("no sum is small enough to do without", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1 }), async (cents) => {
      const answer = await request(app).post("/transfers").send({ from: 1, to: 2, cents });
      return answer.status === 401 || answer.status === 429;
    }),
    { numRuns: 10 },
  );
});
