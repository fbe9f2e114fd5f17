import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Download } from '@playwright/test';
import { expect } from '@playwright/test';
import { type LabPage, test } from './support/lab-page';

/** What a click on a button of the influence panel saves. */
async function saved(lab: LabPage, kind: 'CSV' | 'SVG' | 'PNG'): Promise<Buffer> {
  const download: Promise<Download> = lab.page.waitForEvent('download');
  await lab.influence.getByRole('button', { name: kind, exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${kind.toLowerCase()}$`));
  return readFile(await file.path());
}

test('one pass measures six metrics; each has a table, a CSV, and pictures that stand by themselves', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.chooseMeasure('Relative L2');
  await lab.influence.getByRole('button', { name: 'Measure influence' }).click();
  await expect(
    lab.influence.getByText(/^Computed here on .*Sapling · bundled text, \d+ tokens · relative to the input/),
  ).toBeVisible();
  await expect(lab.influence.getByText(/^Worth least: /)).toBeVisible();
  for (const other of ['Cosine', 'Angle', 'Relative L1', 'L1', 'L2']) {
    await lab.chooseMeasure(other);
    await expect(lab.influence.getByText('Computed here on')).toBeVisible();
  }

  await lab.chooseMeasure('Relative L2');
  const inputs = (await saved(lab, 'CSV')).toString().trim().split('\n');
  expect(inputs).toHaveLength(1 + (await lab.tower.getByRole('row').count()));
  expect(inputs[0]).toBe('block,whole block,attn,ffn');
  await lab.influence.getByRole('radio', { name: 'what it leaves' }).click();
  await expect(lab.influence.getByText('relative to the output')).toBeVisible();
  const outputs = (await saved(lab, 'CSV')).toString().trim().split('\n');
  // Block 0's output is longer than its input, the embedding: over it the ratio is smaller.
  expect(Number(outputs[1]!.split(',')[1])).toBeLessThan(Number(inputs[1]!.split(',')[1]));
  await lab.influence.getByRole('radio', { name: 'what the unit reads' }).click();
  await expect(lab.influence.getByText('relative to the input')).toBeVisible();

  const svg = (await saved(lab, 'SVG')).toString();
  expect(svg).toContain('Relative L2 influence');
  expect(svg).toContain('bundled text');
  expect(svg).not.toMatch(/var\(|light-dark|oklch|currentcolor/i);
  const png = await saved(lab, 'PNG');
  const drawn = await page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4) colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
      return { width: image.width, colours: colours.size };
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  expect(drawn.width).toBeGreaterThan(600);
  expect(drawn.colours).toBeGreaterThan(20);

  // What is measured colours the tower.
  await page.getByLabel('Colour by').selectOption({ label: 'Relative L2' });
  await expect(page.getByText('Relative L2 influence, logarithmic')).toBeVisible();
  await page.getByLabel('Colour by').selectOption({ label: 'Cosine' });
});

test('a locked layer stays: no click and no strategy drops it, and it can be unlocked', async ({ lab }) => {
  const { page } = lab;
  const cell = lab.cell(5, 'attention');
  await cell.focus();
  await page.keyboard.press('l');
  await expect(cell).toHaveAttribute('aria-label', /locked/);
  await cell.click();
  const said = page.getByRole('status').filter({ hasText: 'Block 5 attention is locked' });
  await expect(said).toBeVisible();
  await expect(lab.dropped).toHaveCount(0);

  // The whole model but for the locked one, and no further.
  await page.getByLabel('Strategy').selectOption({ label: 'Lowest first' });
  await page.getByLabel('Units', { exact: true }).selectOption({ label: 'attn' });
  const count = page.getByRole('spinbutton', { name: 'How many to drop' });
  await count.fill('99');
  await expect(count).toHaveValue('11');
  await page.getByRole('button', { name: 'Apply 11' }).click();
  await expect(lab.dropped).toHaveCount(11);
  await expect(cell).toHaveAttribute('aria-selected', 'false');

  await said.getByRole('button', { name: 'Unlock' }).click();
  await expect(cell).not.toHaveAttribute('aria-label', /locked/);
  await cell.click();
  await expect(lab.dropped).toHaveCount(12);

  // With the pointer, on the small lock in the cell's corner.
  const other = lab.cell(4, 'feed-forward');
  await other.hover();
  await other.locator('[data-lock]').click();
  await expect(other).toHaveAttribute('aria-label', /locked/);
  await expect(lab.dropped).toHaveCount(12);
  await other.locator('[data-lock]').click();
  await expect(other).not.toHaveAttribute('aria-label', /locked/);
});

test('k units go in one click and come back one by one', async ({ lab }) => {
  const { page } = lab;
  await page.getByLabel('Strategy').selectOption({ label: 'Lowest first' });
  await page.getByLabel('By', { exact: true }).selectOption({ label: 'Cosine' });
  await page.getByLabel('Units', { exact: true }).selectOption({ label: 'attn, ffn' });
  const count = page.getByRole('spinbutton', { name: 'How many to drop' });
  await count.fill('3');
  await page.getByRole('button', { name: 'Apply 3' }).click();
  await expect(lab.dropped).toHaveCount(3);
  await page.getByRole('button', { name: 'One more' }).click();
  await page.getByRole('button', { name: 'Apply 4' }).click();
  await expect(lab.dropped).toHaveCount(4);
  for (const left of [3, 2, 1, 0]) {
    await page.keyboard.press('Control+z');
    await expect(lab.dropped).toHaveCount(left);
  }
});

test('axe finds nothing wrong with any kind of measure, in either theme', async ({ lab }) => {
  const { page } = lab;
  await lab.cell(3, 'attention').focus();
  await page.keyboard.press('l');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const measure of ['Relative L1', 'Shapley, loss', 'Leave-one-out loss']) {
      await lab.chooseMeasure(measure);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([]);
    }
  }
  await page.keyboard.press('l');
});
