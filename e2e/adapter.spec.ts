import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('the adapter dialog measures this machine when asked, and copies all of it as text', async ({ lab }) => {
  const { page } = lab;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: /^Adapter: / }).click();
  const dialog = page.getByRole('dialog', { name: 'What computes here' });
  const rates = dialog.getByRole('region', { name: 'Measured rates' });
  await rates.getByRole('button', { name: 'Measure this machine' }).click();
  await expect(rates.getByText('multiply-add')).toBeVisible();
  await expect(rates.getByText(/^F16 product, 1 row$/)).toBeVisible();
  await expect(rates.getByText('weights read')).toBeVisible();
  await rates.getByRole('button', { name: 'Copy all as text' }).click();
  await expect(page.getByText('What was measured is copied')).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(/^Lopper +\d+\.\d+\.\d+, Mozilla/);
  // Anew, and of every kind of kernel.
  expect(text).toMatch(/\nself-test +passed: .* in 6 cases/);
  expect(text).toMatch(/\nmultiply-add +[\d.,]+ GFLOP\/s/);
  expect(text).toMatch(/\na pass, 64 tokens +[\d.,]+ ms; [\d.,]+ for its reading and multiplying/);
  expect(text).toContain('A program on the processor computes');
});
