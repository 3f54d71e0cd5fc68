import assert from "node:assert/strict";
import { test } from "node:test";
import { signed } from "../src/tickets.js";

test("a ticket is proved by its number", () => {
  assert.notEqual(signed("17").proof, signed("18").proof);
});
