import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('the bundled model’s growth is there at once, and a slider takes the tower through it', async ({ lab }) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  await expect(panel.getByText('Shipped with Lopper')).toBeVisible();
  const lines = panel.getByRole('img', { name: 'Influence of each block over training' });
  await expect(lines).toBeVisible();

  const cell = lab.cell(5, 'feed-forward');
  const now = await cell.textContent();
  const slider = panel.getByRole('slider', { name: 'The tower shows' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(lab.tower.page().getByText(/In training, step 0/)).toBeVisible();
  await expect(cell).not.toHaveText(now!);
  await panel.getByRole('button', { name: 'Back to the finished model' }).click();
  await expect(cell).toHaveText(now!);

  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('rowheader', { name: 'step0' })).toBeVisible();
  await page.getByRole('tab', { name: 'Side by side' }).click();
});

test('checkpoints are measured here one after another, and a revision that is no revision is named', async ({
  lab,
}) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('button', { name: 'Measure its checkpoints' }).click();
  await expect(panel.getByText('Computed here on')).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await expect(panel.getByText('not all checkpoints are done')).toBeHidden();

  await panel.getByRole('textbox', { name: /^Revisions/ }).fill('step0..');
  await panel.getByRole('button', { name: 'Measure them' }).click();
  await expect(lab.alerts.filter({ hasText: 'is not a revision' })).toBeVisible();
  await page.getByRole('tab', { name: 'Side by side' }).click();
});
