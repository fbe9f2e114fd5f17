import { expect, test } from '@playwright/test';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

test('a mask is taken to other tools and back, and the pruned model is written, all without WebGPU', async ({
  page,
}) => {
  const lab = new LabPage(page);
  // As in browsers that let a page write into no folder.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showDirectoryPicker'));
  await page.goto('./#model=sapling&drop=attn:2;block:5');
  await expect(lab.fullLoss).toBeVisible();
  await lab.openTab('Export');
  const content = page.getByRole('region', { name: 'What is in it' });
  await page.getByLabel('mergekit, a configuration').check();
  await expect(content).toContainText('filter: self_attn.o_proj');
  // What a format cannot say it does not say: it names what stands in the way.
  await page.getByLabel('llama.cpp, --prune-layers').check();
  await expect(content.getByRole('alert')).toContainText('attn:2 alone');
  await expect(content.getByRole('button', { name: 'Copy' })).toBeDisabled();

  await page.getByLabel('Pruned model, as a checkpoint').check();
  const names: string[] = [];
  page.on('download', (file) => names.push(file.suggestedFilename()));
  await content.getByRole('button', { name: 'Write the pruned model' }).click();
  await expect(page.getByText('The pruned model is written')).toBeVisible();
  await expect(page.getByRole('log')).toContainText('11 blocks');
  expect(names.sort()).toEqual([
    'README.md',
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);

  // A bare list says nothing of how it counts.
  const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await page.getByLabel('Mask or result file').setInputFiles(file('list.txt', '[3, 1]'));
  const dialog = page.getByRole('dialog', { name: 'What do the numbers mean?' });
  await dialog.getByRole('button', { name: 'counted from 1' }).click();
  await expect(dialog).toBeHidden();
  await expect(lab.dropped).toHaveCount(4);
  await expect(lab.cell(2, 'attention')).toHaveAccessibleName(/, dropped/);
  // One that says it is not asked about.
  await page
    .getByLabel('Mask or result file')
    .setInputFiles(file('run.sh', 'llama-quantize --prune-layers 7 a b COPY'));
  await expect(lab.dropped).toHaveCount(2);
  await expect(lab.cell(7, 'attention')).toHaveAccessibleName(/, dropped/);
});
