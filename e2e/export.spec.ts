import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
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

test('a folder that is picked gets the whole model or nothing, and nothing in it is written over', async ({ page }) => {
  const lab = new LabPage(page);
  // A real folder of the browser's own in the place of one that a person picks.
  await page.addInitScript(() => {
    const picked = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true });
    Object.assign(window, { showDirectoryPicker: picked });
  });
  /** Files in the folder that is made there, with their sizes; undefined where there is no such folder. */
  const written = () =>
    page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const picked = await root.getDirectoryHandle('picked', { create: true });
      const made = await picked.getDirectoryHandle('sapling-pruned').catch(() => undefined);
      if (!made) return undefined;
      const sizes: Record<string, number> = {};
      for await (const [name, file] of made as unknown as AsyncIterable<[string, FileSystemFileHandle]>) {
        // What is being written lies beside, under Chromium's own name.
        if (!name.endsWith('.crswap')) sizes[name] = (await file.getFile()).size;
      }
      return sizes;
    });
  await page.goto('./#model=sapling&drop=attn:2;block:5');
  await expect(lab.fullLoss).toBeVisible();
  await lab.openTab('Export');
  await page.getByLabel('Pruned model, as a checkpoint').check();
  const write = page.getByRole('button', { name: 'Write the pruned model' });

  // The weights are written and a licence is looked for: until all is there, no file has its bytes.
  let asked = () => {};
  const held = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await page.route('**/models/sapling/LICENSE', () => asked());
  await write.click();
  await held;
  expect(await written()).toEqual({ 'model.safetensors': 0, 'tokenizer.json': 0, 'tokenizer_config.json': 0 });
  await page.getByRole('button', { name: 'Cancel The pruned model' }).click();
  await expect.poll(written).toBeUndefined();
  await page.unroute('**/models/sapling/LICENSE');

  await write.click();
  await expect(page.getByText('The pruned model is written')).toBeVisible();
  const files = await written();
  expect(Object.keys(files!).sort()).toEqual([
    ...['README.md', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
  ]);
  expect(files!['model.safetensors']).toBeGreaterThan(3e6);
  await write.click();
  await expect(lab.alerts.filter({ hasText: 'nothing is written over' })).toBeVisible();
  expect(await written()).toEqual(files);
});

test('a session is one file with its charts as pictures and tables, and opening it brings the mask back', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await page.goto('./#model=sapling&drop=attn:2');
  await expect(lab.fullLoss).toBeVisible();
  await lab.openTab('Export');
  await page.getByLabel('All results').check();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save all results' }).click();
  const path = await (await saving).path();
  const files = unzipSync(new Uint8Array(await readFile(path)));
  const text = (name: string) => strFromU8(files[name]!);
  expect(text('charts/curves.svg')).toMatch(/^<svg [\s\S]*<polyline|^<svg [\s\S]*<path/);
  expect(text('tables/plan.csv').split('\n').length).toBeGreaterThan(20);
  // What made it stands at a table's head.
  expect(text('tables/norms.csv')).toContain(
    '# npm run lopper -- norms sapling --text public/calibration/stories.txt --seq-len 128',
  );
  await page.getByRole('button', { name: 'Restore all' }).click();
  await expect(lab.dropped).toHaveCount(0);
  const buffer = await readFile(path);
  const session = { name: 'session.zip', mimeType: 'application/zip', buffer };
  await page.getByLabel('Mask or result file').setInputFiles(session);
  await expect(lab.dropped).toHaveCount(1);
});
