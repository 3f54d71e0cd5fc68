import { expect, test, vi } from "vitest";
import { tickets } from "./api";

test("an error of the API is an error", async () => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue({ ok: false, status: 502 }));

  await expect(tickets("t")).rejects.toThrow("502");
});
