import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('a lesson’s number is measured here where the machine can', async ({ lab }) => {
  const { page } = lab;
  await page.getByRole('banner').getByRole('button', { name: 'Learn' }).click();
  await page
    .getByRole('dialog', { name: 'Learn' })
    .getByRole('button', { name: /^Drop a layer/ })
    .click();
  await expect(page.getByRole('heading', { name: 'A tower of layers' })).toBeVisible();
  await page.keyboard.press('PageDown');
  await page.getByRole('button', { name: /^Hardly at all/ }).click();
  await expect(page.getByText('right', { exact: true })).toBeVisible();
  // What ships was measured on the same text, so the step's words and the number beside them agree.
  await expect(lab.verdict.getByText('Computed here')).toBeVisible();
  const told = await page.getByRole('status', { name: 'Answer' }).getByText('It changes by').textContent();
  const change = (await lab.number(lab.prunedLoss)) - (await lab.number(lab.fullLoss));
  expect(Number(/\+([\d.]+)/.exec(told!)![1])).toBeCloseTo(change, 3);
  await page.getByRole('button', { name: 'Explore by myself' }).click();
  await expect(page.getByRole('tablist', { name: 'Questions' })).toBeVisible();
});
