import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { test } from './support/lab-page';

const SAPLING = join(import.meta.dirname, '../public/models/sapling');

/** A folder with a copy of the bundled model for each name. */
async function checkpoints(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  const files = (await readdir(SAPLING)).filter((file) => /^(config|tokenizer|model)/.test(file));
  for (const name of names) for (const file of files) await cp(join(SAPLING, file), join(folder, name, file));
  return folder;
}

test('the bundled model’s growth is there at once, and a slider takes the tower through it', async ({ lab }) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  await expect(panel.getByText('Shipped with Lopper')).toBeVisible();
  const lines = panel.getByRole('group', { name: 'Influence of each block over training' });
  await expect(lines).toBeVisible();

  const cell = lab.cell(5, 'feed-forward');
  const now = await cell.textContent();
  const slider = panel.getByRole('slider', { name: 'The tower shows' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(lab.tower.page().getByText(/In training, step 0/)).toBeVisible();
  await expect(cell).not.toHaveText(now!);
  await panel.getByRole('button', { name: 'Play' }).click();
  await expect(lab.tower.page().getByText(/In training, step 3,072/)).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Play' })).toBeVisible();
  await panel.getByRole('button', { name: 'Back to the finished model' }).click();
  await expect(cell).toHaveText(now!);

  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('rowheader', { name: 'step0' })).toBeVisible();
  await page.getByRole('tab', { name: 'Side by side' }).click();
});

test('the bundled checkpoints are measured here too, one after another', async ({ lab }) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  const lines = panel.getByRole('group', { name: 'Influence of each block over training' });
  // The tower stands at the end and the pointer on the chart, both at points that the new series has not reached.
  await panel.getByRole('slider', { name: 'The tower shows' }).press('End');
  await panel.getByRole('button', { name: 'Measure its checkpoints' }).focus();
  const box = (await lines.boundingBox())!;
  await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.5 * box.height);
  await page.keyboard.press('Enter');
  await expect(panel.getByText('Computed here on')).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await expect(panel.getByText('not all checkpoints are done')).toBeHidden();
  await page.getByRole('tab', { name: 'Side by side' }).click();
});

test('a folder of checkpoints is measured one after another, and a slider takes the tower through them', async ({
  lab,
}) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByLabel('Folder of checkpoint folders').setInputFiles(await checkpoints('step-8', 'step-64'));
  await expect(panel.getByText('Computed here on')).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await expect(panel.getByRole('group', { name: 'Influence of each block over training' })).toBeVisible();

  const slider = panel.getByRole('slider', { name: 'The tower shows' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page.getByText(/In training, step 8:/)).toBeVisible();
  await panel.getByRole('button', { name: 'Back to the finished model' }).click();
  await expect(page.getByText(/In training/)).toBeHidden();

  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('rowheader', { name: 'step-8' })).toBeVisible();
  await page.getByRole('tab', { name: 'Side by side' }).click();
});

test('what is no revision is named', async ({ lab }) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('textbox', { name: /^Revisions/ }).fill('step0..');
  await panel.getByRole('button', { name: 'Measure them' }).click();
  await expect(lab.alerts.filter({ hasText: 'is not a revision' })).toBeVisible();
  await page.getByRole('tab', { name: 'Side by side' }).click();
});
