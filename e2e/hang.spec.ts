import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { test } from './support/lab-page';

const SAPLING = 'public/models/sapling';

test('a model whose tokenizer never comes to an end is cancelled, and the one before it answers again', async ({
  lab,
}, info) => {
  const folder = info.outputPath('hurtful');
  await mkdir(folder, { recursive: true });
  for (const name of ['config.json', 'model.safetensors']) await copyFile(join(SAPLING, name), join(folder, name));
  const tokenizer = JSON.parse(await readFile(join(SAPLING, 'tokenizer.json'), 'utf8'));
  tokenizer.pre_tokenizer.pretokenizers.unshift({
    type: 'Split',
    pattern: { Regex: '(k+)+$' },
    behavior: 'Isolated',
    invert: false,
  });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));

  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(folder);
  const cancel = dialog.getByRole('button', { name: /^Cancel/ });
  await cancel.click();
  await expect(cancel).toBeHidden();
  await dialog.getByRole('button', { name: 'Close' }).click();
  // Word of it takes a few seconds, and so does opening the model before it again.
  const before = await lab.number(lab.prunedLoss);
  await lab.cell(7, 'attention').click();
  expect(await lab.lossAfter(before)).toBeGreaterThan(before);
  await expect(lab.alerts).toHaveCount(0);
});

test('an address pasted from a browser becomes the model it shows', async ({ lab }) => {
  const dialog = await lab.openModelDialog('Hugging Face id');
  await dialog.getByRole('textbox', { name: 'Model id' }).fill('https://huggingface.co/owner/name/tree/step1000');
  await expect(dialog.getByRole('textbox', { name: 'Model id' })).toHaveValue('owner/name');
  await expect(dialog.getByRole('textbox', { name: 'Revision' })).toHaveValue('step1000');
});
