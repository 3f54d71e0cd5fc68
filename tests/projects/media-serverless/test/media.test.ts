import { expect, test, vi } from "vitest";

vi.mock("../src/lib/db.js", () => ({ pool: { query: vi.fn().mockResolvedValue({ rows: [{ id: "1", name: "a" }] }) } }));
import { list } from "../src/handlers/media.js";

test("media of the owner are listed", async () => {
  const answer = await list({ requestContext: { authorizer: { jwt: { claims: { sub: "u1" } } } } });
  expect(JSON.parse(answer.body)).toEqual([{ id: "1", name: "a" }]);
});
