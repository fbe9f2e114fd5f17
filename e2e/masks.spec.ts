import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { LabPage, test } from './support/lab-page';

test('a mask is exported, loaded back, and one of another model refused', async ({ lab }, info) => {
  const { page } = lab;
  await lab.cell(2, 'attention').click();
  await lab.cell(7, 'feed-forward').click();
  const saved = page.waitForEvent('download');
  await lab.openTab('Export');
  await page.getByRole('button', { name: 'Export the mask' }).click();
  const path = info.outputPath('mask.json');
  await (await saved).saveAs(path);
  const file = JSON.parse(await readFile(path, 'utf8'));
  expect(file).toMatchObject({ format: 'lopper-mask', index_base: 0, dropped: { attn: [2], ffn: [7] } });
  expect(file.order).toEqual([
    ['attn', 2],
    ['ffn', 7],
  ]);

  await page.getByRole('button', { name: 'Restore all' }).click();
  await page.getByLabel('Mask or result file').setInputFiles(path);
  await expect(lab.dropped).toHaveCount(2);
  await expect(lab.cell(7, 'feed-forward')).toHaveAccessibleName(/, dropped/);

  const foreign = info.outputPath('foreign.json');
  await writeFile(foreign, JSON.stringify({ ...file, model: { ...file.model, blocks: 32 } }));
  await page.getByLabel('Mask or result file').setInputFiles(foreign);
  await expect(lab.alerts.filter({ hasText: 'mask-mismatch' })).toContainText('32 blocks');
  const broken = info.outputPath('broken.json');
  await writeFile(broken, '{"format": "lopper-mask", ');
  await page.getByLabel('Mask or result file').setInputFiles(broken);
  await expect(lab.alerts.filter({ hasText: 'mask-invalid' })).toContainText('not JSON');
  await expect(lab.dropped).toHaveCount(2);
});

test('a mask dropped on the page is loaded; a calibration text too', async ({ lab }) => {
  const { page } = lab;
  const blocks = await lab.tower.getByRole('row').count();
  const drop = (name: string, text: string) =>
    page.evaluate(
      ([file, content]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content!], file!));
        for (const type of ['dragenter', 'dragover', 'drop']) {
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }
      },
      [name, text],
    );
  const model = { id: 'sapling', architecture: 'LlamaForCausalLM', blocks };
  const dropped = { attn: [5], ffn: [6] };
  await drop('mine.json', JSON.stringify({ format: 'lopper-mask', version: 1, model, index_base: 0, dropped }));
  await expect(lab.dropped).toHaveCount(2);
  await drop('mine.txt', 'The cat sat on the mat and the dog sat on the cat.');
  await expect(lab.verdict.getByText('mine.txt')).toBeVisible();
});

test('a shared link brings back the mask, the prompt and the settings', async ({ lab }) => {
  const { page } = lab;
  const context = page.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.cell(1, 'feed-forward').click();
  await lab.cell(4, 'attention').click({ modifiers: ['Shift'] });
  await lab.cell(9, 'attention').focus();
  await page.keyboard.press('l');
  await lab.openTab('Cost', 'Texts');
  await lab.prompt.getByRole('textbox', { name: 'Prompt' }).fill('A fox & a <b>hen</b>');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(address).hash).toContain('drop=ffn:1;block:4&lock=attn:9');
  await lab.cell(9, 'attention').focus();
  await page.keyboard.press('l');

  const other = await context.newPage();
  const there = new LabPage(other);
  await other.goto(address);
  await expect(there.dropped).toHaveCount(3);
  await there.computed();
  await expect(there.dropped).toHaveCount(3);
  await expect(there.cell(9, 'attention')).toHaveAttribute('aria-label', /locked/);
  await expect(there.prompt.getByRole('textbox', { name: 'Prompt' })).toHaveValue('A fox & a <b>hen</b>');
  await expect(there.prunedLoss).toHaveText((await lab.prunedLoss.textContent())!);
  await other.close();
});

test('a link that cannot be read is said, and the lab opens without it', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./#model=sapling&drop=attn:99');
  await expect(lab.alerts.filter({ hasText: 'mask-mismatch' })).toContainText('99');
  await expect(lab.fullLoss).toBeVisible();
  await expect(lab.dropped).toHaveCount(0);
});
