const { test, expect } = require("@playwright/test");

test("an album gets a new title", async ({ page }) => {
  await page.goto("/albums/1");
  await page.getByLabel("Album title").fill("Summer by the sea");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Summer by the sea")).toBeVisible();
});

test("an album is shown to friends", async ({ page }) => {
  await page.goto("/albums/1");
  await page.getByRole("button", { name: "Invite relatives" }).click();
  await expect(page).toHaveURL(/friends/);
});
