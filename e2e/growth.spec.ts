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

test('a folder of checkpoints is measured one after another, and a slider takes the tower through them', async ({
  lab,
}) => {
  const { page } = lab;
  await page.getByRole('tab', { name: 'Growing up' }).click();
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByLabel('Folder of checkpoint folders').setInputFiles(await checkpoints('step-8', 'step-64'));
  await expect(panel.getByText('Computed here on')).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await expect(panel.getByRole('img', { name: 'Influence of each block over training' })).toBeVisible();

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
