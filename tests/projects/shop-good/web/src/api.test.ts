import { afterEach, expect, test, vi } from "vitest";
import { listProducts, placeOrder, signIn } from "./api";

function answer(body: unknown, status = 200) {
  const fetchMock = vi.fn(async (_url: string, _init: RequestInit) =>
    Response.json(body, { status }),
  );
  vi.stubGlobal("fetch", fetchMock);
  return fetchMock;
}

afterEach(() => vi.unstubAllGlobals());

test("products come from the catalogue", async () => {
  const fetchMock = answer({
    items: [{ id: "1", name: "Mug", priceCents: 1250, currency: "EUR" }],
  });
  expect(await listProducts()).toHaveLength(1);
  expect(fetchMock.mock.calls[0]?.[0]).toMatch(/\/api\/v1\/products$/);
});

test("an answer that is no success is an error", async () => {
  answer({}, 503);
  await expect(listProducts()).rejects.toThrow("503");
});

test("signing in gives a token", async () => {
  answer({ token: "t" });
  expect(await signIn("a@shop.test", "a long pass phrase")).toBe("t");
});

test("an order carries its key, so that a repetition is harmless", async () => {
  const fetchMock = answer({ id: "o" }, 201);
  expect(await placeOrder("t", "p", "k")).toBe("o");
  expect(fetchMock.mock.calls[0]?.[1].headers).toMatchObject({ "idempotency-key": "k" });
});
