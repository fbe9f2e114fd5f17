import { expect, test } from '@playwright/test';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

test('without WebGPU the page opens with the shipped results and says what helps', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  const advice = lab.alerts.filter({ hasText: 'WebGPU' });
  await expect(advice).toContainText('measured beforehand');
  await advice.getByRole('button', { name: 'How to switch it on' }).click();
  const dialog = page.getByRole('dialog', { name: 'What computes here' });
  await expect(dialog).toContainText('chrome://flags/#enable-unsafe-webgpu');
  await page.keyboard.press('Escape');
  await expect(lab.fullLoss).toBeVisible();
  await expect(lab.influence.locator('.recharts-bar-rectangle').first()).toBeVisible();
  await lab.openTab('Cost', 'Tasks');
  await expect(lab.comparison.getByRole('row', { name: /^School questions/ })).toContainText('%');
  // What needs no adapter goes on: the mask, what it saves, and its file.
  await lab.cell(3, 'attention').click();
  await expect(lab.dropped).toHaveCount(1);
  await expect(lab.verdict.getByText('parameters', { exact: true }).locator('..')).toContainText('−');
  await expect(lab.verdict).toContainText('Measured beforehand');
  await lab.openTab('Cost', 'Texts');
  await expect(page.getByRole('button', { name: 'Continue with both' })).toBeDisabled();
});
