import assert from "node:assert/strict";
import { test } from "node:test";
import { exportToken, holder } from "../src/lib/guard.js";

process.env.TOKEN_KEY = "test";

test("a token names its holder", () => {
  assert.equal(holder(exportToken(7)).sub, 7);
});
