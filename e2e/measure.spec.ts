import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('both models continue a prompt side by side, with their likeliest tokens at each step', async ({ lab }) => {
  const { page } = lab;
  await lab.cell(0, 'feed-forward').click();
  await lab.openTab('Cost', 'Texts');
  await lab.prompt.getByRole('button', { name: 'A question', exact: true }).click();
  await lab.prompt.getByRole('button', { name: 'Continue with both' }).click();
  await expect(page.getByTestId('full-text')).not.toBeEmpty();
  await expect(lab.prompt.getByRole('button', { name: 'Stop' })).toBeHidden();
  const [full, pruned] = [page.getByTestId('full-text'), page.getByTestId('pruned-text')];
  await expect(full).toHaveText(/\S/);
  await expect(pruned).toHaveText(/\S/);
  expect(await full.textContent()).not.toBe(await pruned.textContent());

  const likeliest = lab.prompt.getByRole('list', { name: /full model at step 1$/ });
  const steps = lab.prompt.getByRole('slider', { name: 'Step' });
  await steps.focus();
  await page.keyboard.press('Home');
  await expect(likeliest.getByRole('listitem').first()).toContainText('%');
  await page.keyboard.press('ArrowRight');
  await expect(lab.prompt.getByRole('list', { name: /full model at step 2$/ })).toBeVisible();
  await lab.openTab('Cost', 'Speed and memory');
  const speed = page.getByRole('region', { name: 'Speed and memory' });
  await expect(speed.getByRole('row', { name: /^Decoding/ })).toContainText('%');
  await lab.openTab('Cost', 'Texts');

  // Another mask, of which nothing was written beforehand: what was written is said to be old.
  await lab.cell(9, 'attention').click();
  await expect(lab.prompt.getByText('written with another mask')).toBeVisible();
});

test('an empty prompt gets an answer that says so', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Cost', 'Texts');
  await lab.prompt.getByRole('textbox', { name: 'Prompt' }).fill('');
  await lab.prompt.getByRole('button', { name: 'Continue with both' }).click();
  await expect(lab.alerts.filter({ hasText: 'prompt-empty' })).toBeVisible();
  await page.getByRole('button', { name: /^Dismiss/ }).click();
  await expect(lab.alerts).toHaveCount(0);
});

test('a writing run stops when asked', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Cost', 'Texts');
  await lab.prompt.getByRole('button', { name: 'A story' }).click();
  const length = lab.prompt.getByRole('slider', { name: 'Length' });
  await length.focus();
  await page.keyboard.press('End');
  await lab.prompt.getByRole('button', { name: 'Continue with both' }).click();
  await expect(page.getByTestId('full-text').locator('[data-step]').first()).toBeVisible();
  await lab.prompt.getByRole('button', { name: 'Stop' }).click();
  await expect(lab.prompt.getByRole('button', { name: 'Continue with both' })).toBeVisible();
  await expect(lab.alerts).toHaveCount(0);
});

test('the school questions run with live counts, can be cancelled, and end in a paired difference', async ({ lab }) => {
  // Two that were not asked together beforehand.
  await lab.cell(0, 'feed-forward').click();
  await lab.cell(9, 'attention').click();
  await lab.openTab('Cost', 'Tasks');
  await lab.comparison.getByRole('button', { name: 'Run School questions', exact: true }).click();
  const bar = lab.comparison.getByRole('progressbar');
  await expect(bar).toBeVisible();
  await expect(async () => expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0)).toPass();
  const cancelled = Date.now();
  await lab.comparison.getByRole('button', { name: /^Cancel/ }).click();
  await expect(bar).toBeHidden();
  expect(Date.now() - cancelled).toBeLessThan(3000);
  await expect(lab.alerts).toHaveCount(0);

  await lab.comparison.getByRole('button', { name: 'Run School questions', exact: true }).click();
  const row = lab.comparison.getByRole('row', { name: /^School questions/ });
  await expect(row).toContainText(/lost, \d+ won/, { timeout: 150_000 });
  await expect(row).toContainText('computed here', { timeout: 150_000 });
  await expect(bar).toBeHidden({ timeout: 150_000 });
  await expect(row).toContainText(/n = \d+/);
  await expect(row).toContainText(/p (=|<) [01]\.\d+/);
});

test('the loss is measured on a text of one’s own', async ({ lab }) => {
  const { page } = lab;
  const before = await lab.number(lab.fullLoss);
  await lab.openTextDialog();
  const dialog = page.getByRole('dialog', { name: 'Text', exact: true });
  await dialog.getByRole('radio', { name: 'A text of your own' }).click();
  await dialog
    .getByRole('textbox', { name: /^Text/ })
    .fill('The cat sat on the mat. The dog sat on the cat. Nobody was glad.');
  await dialog.getByRole('button', { name: 'Use this text' }).click();
  await expect(lab.verdict.getByText('pasted text')).toBeVisible();
  await expect(async () => expect(await lab.number(lab.fullLoss)).not.toBe(before)).toPass();
});
