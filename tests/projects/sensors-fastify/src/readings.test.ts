import { expect, test, vi } from "vitest";

vi.mock("pg", () => ({ default: { Pool: class { query = async () => ({ rows: [{ at: "2026-10-01", celsius: 4 }] }) } } }));
import { readings } from "./readings.js";

test("readings of one sensor are listed", async () => {
  expect(await readings("s-1")).toEqual([{ at: "2026-10-01", celsius: 4 }]);
});
