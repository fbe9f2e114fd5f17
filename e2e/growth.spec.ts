import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { test } from './support/lab-page';

const SAPLING = join(import.meta.dirname, '../public/models/sapling');

/** A folder with a copy of the bundled model for each name. */
async function checkpoints(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  const files = (await readdir(SAPLING)).filter((file) => /^(config|tokenizer|model)/.test(file));
  for (const name of names) for (const file of files) await cp(join(SAPLING, file), join(folder, name, file));
  return folder;
}

/** Takes the tower to a checkpoint where a finger taps the chart. */
async function tap(chart: Locator): Promise<void> {
  const box = (await chart.boundingBox())!;
  const finger = { pointerType: 'touch', clientX: box.x + 0.5 * box.width, clientY: box.y + 0.5 * box.height };
  for (const event of ['pointerdown', 'pointerup', 'pointerout', 'click']) await chart.dispatchEvent(event, finger);
}

test('the bundled model’s growth is there at once, and a slider takes the tower through it', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Influence', 'During training');
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('radio', { name: 'Cosine' }).click();
  await expect(panel.getByText('Measured beforehand by us')).toBeVisible();
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
  // The cells are the checkpoint's and the loss is the finished model's: nothing can be dropped before one is back.
  await cell.click();
  await expect(page.getByText('The tower shows the model in training', { exact: true })).toBeVisible();
  await expect(lab.dropped).toHaveCount(0);
  await panel.getByRole('button', { name: 'Back to the finished model' }).click();
  await expect(cell).toHaveText(now!);
  await tap(lines);
  await expect(page.getByText(/In training, step/)).toBeVisible();
  await panel.getByRole('radio', { name: 'Cost alone' }).click();
  await expect(page.getByText(/In training, step/)).toBeHidden();
  await panel.getByRole('radio', { name: 'Cosine' }).click();
  await expectAccessible(page);

  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('rowheader', { name: 'step0' })).toBeVisible();
  await expectAccessible(page);
  await lab.openTab('Influence', 'One measure');
});

test('the bundled checkpoints are measured here too, one after another', async ({ lab }) => {
  test.slow();
  const { page } = lab;
  await lab.openTab('Influence', 'During training');
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('radio', { name: 'Cosine' }).click();
  const lines = panel.getByRole('group', { name: 'Influence of each block over training' });
  // The tower stands at the end and the pointer on the chart, both at points that the new series has not reached.
  await panel.getByRole('slider', { name: 'The tower shows' }).press('End');
  await panel.getByRole('button', { name: 'Measure its checkpoints' }).focus();
  const box = (await lines.boundingBox())!;
  await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.5 * box.height);
  await page.keyboard.press('Enter');
  await expect(panel.getByText(/^Computed here/)).toBeVisible();
  await expect(panel.getByText('Sapling, checkpoints in 8 bits')).toBeVisible();

  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByText('not all checkpoints are done')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Measure them' })).toBeVisible();
  await panel.getByRole('button', { name: 'Show the shipped results' }).click();
  await expect(panel.getByText('Measured beforehand by us')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Show the shipped results' })).toBeHidden();

  await panel.getByRole('button', { name: 'Measure its checkpoints' }).click();
  await expect(panel.getByText(/^Computed here/)).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden({ timeout: 240_000 });
  await expect(panel.getByText('not all checkpoints are done')).toBeHidden();
  await expect(panel.getByText('could not be measured')).toBeHidden();
  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('rowheader', { name: /^step/ })).toHaveCount(9);
  await lab.openTab('Influence', 'One measure');
});

test('a folder of checkpoints is measured one after another, and a slider takes the tower through them', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.openTab('Influence', 'During training');
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('radio', { name: 'Cosine' }).click();
  await panel.getByLabel('Folder of checkpoint folders').setInputFiles(await checkpoints('step-8', 'step-64'));
  await expect(panel.getByText(/^Computed here/)).toBeVisible();
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
  await lab.openTab('Influence', 'One measure');
});

test('a series that does not fit the open model is shown by itself', async ({ lab }) => {
  const { page } = lab;
  const folder = await checkpoints('step-8', 'step-64');
  for (const name of ['step-8', 'step-64']) {
    const config = join(folder, name, 'config.json');
    await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, 'utf8')), num_hidden_layers: 2 }));
  }
  await lab.openTab('Influence', 'During training');
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('radio', { name: 'Cosine' }).click();
  await panel.getByLabel('Folder of checkpoint folders').setInputFiles(folder);
  await expect(panel.getByText(/^Computed here/)).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  const slider = panel.getByRole('slider', { name: 'Checkpoint' });
  await slider.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', /^step 8, loss/);
  await expect(page.getByText(/In training/)).toBeHidden();
  await lab.openTab('Influence', 'One measure');
});

test('what is no revision is named', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Influence', 'During training');
  const panel = page.getByRole('region', { name: 'Growing up' });
  await panel.getByRole('radio', { name: 'Cosine' }).click();
  await panel.getByRole('textbox', { name: /^Revisions/ }).fill('step0..');
  await panel.getByRole('button', { name: 'Measure them' }).click();
  await expect(lab.alerts.filter({ hasText: 'is not a revision' })).toBeVisible();
  await lab.openTab('Influence', 'One measure');
});
