import { expect, test } from "@playwright/test";

test("a parcel is found", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Paketnummer").fill("BW-1");
  await page.getByLabel("Paketnummer").blur();
  await expect(page.getByRole("heading", { name: "BW-1" })).toBeVisible();
});
