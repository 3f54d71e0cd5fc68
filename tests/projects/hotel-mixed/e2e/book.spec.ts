import { expect, test } from '@playwright/test';

test('a room is booked', async ({ page }) => {
  await page.goto('/');
  await page.getByTestId('room-12').click();
  await page.getByTestId('reserve').click();
  await expect(page).toHaveURL('/booked');
});
