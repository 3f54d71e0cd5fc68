const { expect, test } = require("vitest");
const { requireLogin } = require("./login");

test("who has no token is turned away", () => {
  const said = [];
  const res = { status: (code) => (said.push(code), { json: () => undefined }) };
  requireLogin({ headers: {} }, res, () => said.push("next"));
  expect(said).toEqual([401]);
});
