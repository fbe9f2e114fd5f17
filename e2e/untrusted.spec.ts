import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { LabPage } from './support/lab-page';

test('an adapter whose numbers are wrong is named, and nothing is computed on it', async ({ page }) => {
  // The adapter cannot be made to err, so what it is expected to compute is made to differ.
  const { llama } = JSON.parse(await readFile('src/engine/self-test-values.json', 'utf8'));
  const right = String(llama[0][0]);
  let changed = false;
  await page.route('**/worker-*.js', async (route) => {
    const answer = await route.fetch();
    const body = await answer.text();
    changed = body.includes(right);
    await route.fulfill({ response: answer, body: body.replace(right, String(llama[0][0] - 0.5)) });
  });
  const lab = new LabPage(page);
  await page.goto('./');
  const banner = lab.alerts.filter({ hasText: 'wrong numbers' });
  const dialog = page.getByRole('dialog', { name: 'What computes here' });
  // The line may still grow by a sentence while it is clicked.
  await expect(async () => {
    if (!(await dialog.isVisible())) {
      await banner.getByRole('button', { name: 'Why, and what helps' }).click({ timeout: 5000 });
    }
    await expect(dialog).toContainText(/swiftshader|llvmpipe|adapter "/i, { timeout: 5000 });
  }).toPass();
  await page.keyboard.press('Escape');
  expect(changed).toBe(true);
  await expect(lab.fullLoss).toBeVisible();
  await expect(lab.verdict.getByText('Measured beforehand by us')).toBeVisible();
  await lab.openTab('Cost', 'Texts');
  await expect(page.getByRole('button', { name: 'Continue with both' })).toBeDisabled();
  await lab.openTab('Cost', 'Tasks');
  await expect(lab.comparison.getByRole('button', { name: 'Run all three' })).toBeDisabled();
});
