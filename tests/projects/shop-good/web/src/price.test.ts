import { expect, test } from "vitest";
import { priceText } from "./price";

test("cents become a price", () => {
  expect(priceText(1250, "EUR")).toBe("€12.50");
});
