import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Download } from '@playwright/test';
import { expect } from '@playwright/test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type LabPage, test } from './support/lab-page';

const STORIES = '../shared/data/models/stories260K';

/** What a click on a button of the influence panel saves. */
async function saved(lab: LabPage, kind: 'CSV' | 'SVG' | 'PNG'): Promise<Buffer> {
  const download: Promise<Download> = lab.page.waitForEvent('download');
  await lab.influence.getByRole('button', { name: kind, exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${kind.toLowerCase()}$`));
  return readFile(await file.path());
}

/** A CSV without the comments at its head. */
const rowsOf = (csv: Buffer) => csv.toString().replaceAll(/^#.*\n/gm, '');

test('one pass measures six metrics; each has a table, a CSV, and pictures that stand by themselves', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.chooseMeasure('Relative L2');
  await lab.influence.getByRole('button', { name: /^(Measure influence|Compute here)$/ }).click();
  await expect(
    lab.influence.getByText(/^Computed here\. Sapling · A bit of everything, \d+ tokens · relative to the input/),
  ).toBeVisible();
  await expect(lab.influence.getByText(/^Least: /)).toBeVisible();
  for (const other of ['Cosine', 'Angle', 'Relative L1', 'L1', 'L2']) {
    await lab.chooseMeasure(other);
    await expect(lab.influence.getByText(/^Computed here/)).toBeVisible();
  }

  await lab.chooseMeasure('Relative L2');
  const inputs = rowsOf(await saved(lab, 'CSV'))
    .trim()
    .split('\n');
  expect(inputs).toHaveLength(1 + (await lab.tower.getByRole('row').count()));
  expect(inputs[0]).toBe('block,whole block,attention,feed-forward');
  await lab.influence.getByRole('radio', { name: 'what it leaves' }).click();
  await expect(lab.influence.getByText('relative to the output')).toBeVisible();
  const outputs = rowsOf(await saved(lab, 'CSV'))
    .trim()
    .split('\n');
  // Block 0's output is longer than its input, the embedding: over it the ratio is smaller.
  expect(Number(outputs[1]!.split(',')[1])).toBeLessThan(Number(inputs[1]!.split(',')[1]));
  await lab.influence.getByRole('radio', { name: 'what the unit reads' }).click();
  await expect(lab.influence.getByText('relative to the input')).toBeVisible();

  const svg = (await saved(lab, 'SVG')).toString();
  expect(svg).toContain('Relative L2 influence');
  expect(svg).toContain('A bit of everything');
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
  await expect(page.getByText('times the stream’s length: logarithmic')).toBeVisible();
});

/** A text of a few tokens, on which a walk takes no time. */
async function useShortText(lab: LabPage): Promise<void> {
  await lab.openTextDialog();
  const dialog = lab.page.getByRole('dialog', { name: 'Text', exact: true });
  await dialog.getByRole('radio', { name: 'A text of your own' }).click();
  await dialog.getByRole('textbox', { name: /^Text/ }).fill('The cat sat on the mat.');
  await dialog.getByRole('button', { name: 'Use this text' }).click();
  await lab.computed();
}

/** The settings of sampling, which stay as they were left. */
async function openSettings(lab: LabPage): Promise<void> {
  const seed = lab.influence.getByRole('spinbutton', { name: 'Seed' });
  if (!(await seed.isVisible())) await lab.influence.getByText('Settings').click();
}

test('Shapley values grow surer, pause, and go on to the numbers of an uninterrupted run', async ({ lab }) => {
  const { page } = lab;
  await useShortText(lab);
  await lab.chooseMeasure('Share (loss)');
  await openSettings(lab);
  await lab.influence.getByRole('spinbutton', { name: 'At most this many permutations' }).fill('20');
  await lab.influence.getByRole('spinbutton', { name: /stands still/ }).fill('0');
  const status = lab.influence.getByTestId('sampling');
  await lab.influence.getByRole('button', { name: 'Start' }).click();
  await expect(status).toHaveText(/^Running: \d+ permutations, widest interval ±/);
  await lab.influence.getByRole('button', { name: /^Pause/ }).click();
  await expect(status).toHaveText(/^Paused: \d+ permutations/);
  const drawn = async () => Number(/\d+/.exec((await status.textContent())!)![0]);
  const before = await drawn();
  expect(before).toBeLessThan(20);

  // What else one does leaves it as it is.
  await lab.cell(3, 'attention').click();
  await lab.chooseMeasure('Cosine');
  await page.keyboard.press('Control+z');
  await lab.chooseMeasure('Share (loss)');
  expect(await drawn()).toBe(before);

  await lab.influence.getByRole('button', { name: 'Go on' }).click();
  await expect(status).toHaveText(/^Ended: as many drawn as asked for: 20 permutations/);
  const [, sum, worth] = /sum to ([−\d.]+); full minus nothing is ([−\d.]+)\.$/.exec((await status.textContent())!)!;
  expect(sum).toBe(worth);
  const resumed = rowsOf(await saved(lab, 'CSV'));
  // Beside the blocks drawn here stand the other kinds, which ship.
  expect(resumed.split('\n')[0]).toMatch(/^block,whole block,"whole block, low","whole block, high",attention,/);

  const download = page.waitForEvent('download');
  await lab.influence.getByRole('button', { name: 'Save the result' }).click();
  const file = await (await download).path();
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 'lopper-result', metric: 'shapley-loss' });

  // Another seed draws other orders; the first again, without a pause, the same.
  await openSettings(lab);
  const seed = lab.influence.getByRole('spinbutton', { name: 'Seed' });
  for (const other of ['2', '1']) {
    await seed.fill(other);
    await lab.influence.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(lab.influence.getByText(`seed ${other} · 20 permutations`)).toBeVisible();
    const csv = rowsOf(await saved(lab, 'CSV'));
    if (other === '1') expect(csv).toBe(resumed);
    else expect(csv).not.toBe(resumed);
  }
  await seed.fill('3');
  await lab.openTab('Export');
  await page
    .getByLabel('Mask or result file')
    .setInputFiles({ name: 'run.json', mimeType: '', buffer: await readFile(file) });
  await openSettings(lab);
  await expect(seed).toHaveValue('1');
  await expect(lab.influence.getByText(/^Read from a file.*seed 1 · 20 permutations/)).toBeVisible();
  expect(rowsOf(await saved(lab, 'CSV'))).toBe(resumed);
  await lab.influence.getByRole('button', { name: 'Go on' }).click();
  await expect(status).toHaveText(/^Ended: as many drawn as asked for: 40 permutations/);

  // On another text it cannot, and that is said.
  await lab.openTextDialog();
  await page.getByRole('radio', { name: 'Texts that come with Lopper' }).click();
  await page.getByRole('button', { name: 'A bit of everything' }).click();
  await expect(lab.influence.getByRole('button', { name: 'Go on' })).toBeHidden();
  await expect(status).toContainText('To go on, set what it was drawn with: pasted text, seed 1');
});

test('every subset of a small model’s blocks is tried where exact values are asked for', async ({ lab }) => {
  test.skip(!existsSync(STORIES), `no model at ${STORIES}`);
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(STORIES);
  await expect(lab.tower.getByRole('row')).toHaveCount(5);
  await expect(dialog).toBeHidden();
  await lab.computed();
  await useShortText(lab);
  await lab.chooseMeasure('Share (loss)');
  await openSettings(lab);
  await lab.influence.getByRole('checkbox', { name: /^Exact/ }).check();
  await lab.influence.getByRole('button', { name: 'Start' }).click();
  await expect(lab.influence.getByTestId('sampling')).toHaveText(/^Every subset has been tried: 32 subsets\./);
  await lab.influence.getByRole('checkbox', { name: /^Exact/ }).uncheck();
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
  await lab.openTab('Plan', 'Find');
  await page.getByLabel('Strategy', { exact: true }).selectOption({ label: 'Lowest first' });
  await page.getByLabel('Units', { exact: true }).selectOption({ label: 'Attention' });
  const count = page.getByRole('spinbutton', { name: 'How many to drop' });
  await count.fill('99');
  await expect(count).toHaveValue('11');
  await page.getByRole('button', { name: 'Apply 11' }).click();
  await expect(lab.dropped).toHaveCount(11);
  await expect(cell).not.toHaveAccessibleName(/, dropped/);

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

test('a strategy that has to be computed shows how far it is, and ends in its layers', async ({ lab }) => {
  const { page } = lab;
  await useShortText(lab);
  await lab.openTab('Plan', 'Find');
  await page.getByLabel('Strategy', { exact: true }).selectOption({ label: 'Span of blocks' });
  await page.getByRole('spinbutton', { name: 'How many to drop' }).fill('2');
  await page.getByRole('button', { name: 'Apply 2' }).click();
  await expect(lab.dropped).toHaveCount(4);
  const blocks = await lab.tower.getByRole('rowheader', { name: /, dropped$/ }).allTextContents();
  // From the top down.
  expect(Number(blocks[0]) - Number(blocks[1])).toBe(1);
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(2);
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(0);

  await page.getByLabel('Strategy', { exact: true }).selectOption({ label: 'Greedy by loss' });
  await page.getByLabel('Units', { exact: true }).selectOption({ label: 'Attention and feed-forward' });
  await page.getByRole('button', { name: 'Apply 2' }).click();
  await expect(page.getByRole('progressbar', { name: 'Choosing what to drop' })).toBeVisible();
  await expect(lab.dropped).toHaveCount(2);
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(1);
});

test('a benchmark’s items serve as calibration; what branches may take of memory can be set', async ({ lab }) => {
  const { page } = lab;
  await lab.openTextDialog();
  const dialog = page.getByRole('dialog', { name: 'Text', exact: true });
  await dialog.getByRole('radio', { name: 'A benchmark’s items' }).click();
  await dialog.getByRole('spinbutton', { name: 'Items' }).fill('3');
  await dialog.getByRole('button', { name: 'Use these items' }).click();
  await expect(lab.verdict.getByText(/first 3 items of School questions, \d+ tokens/)).toBeVisible();
  await lab.computed();
  await lab.chooseMeasure('Cosine');
  await lab.influence.getByRole('button', { name: 'Compute here' }).click();
  await expect(lab.influence.getByText('first 3 items of School questions')).toBeVisible();

  const rows = { question: ['What is 2 + 2?', 'What is 3 + 4?'], answer: ['#### 4', '#### 7'] };
  const columnData = Object.entries(rows).map(([name, data]) => ({ name, data, type: 'STRING' as const }));
  const files = [
    { name: 'sums.parquet', mimeType: '', buffer: Buffer.from(parquetWriteBuffer({ columnData })) },
    { name: 'more.jsonl', mimeType: '', buffer: Buffer.from('{"question": "What is 1 + 1?", "answer": "#### 2"}') },
  ];
  await lab.openTextDialog();
  await dialog.getByLabel('Benchmark').selectOption('gsm8k');
  await expect(dialog.getByRole('button', { name: 'Use these items' })).toBeDisabled();
  await dialog.locator('input[type=file]').setInputFiles(files);
  await dialog.getByRole('button', { name: 'Use these items' }).click();
  await expect(lab.verdict.getByText(/first 3 items of sums\.parquet and 1 more \(gsm8k\), \d+ tokens/)).toBeVisible();
  await lab.computed();

  await page.getByRole('button', { name: /^Adapter/ }).click();
  const machine = page.getByRole('dialog', { name: 'What computes here' });
  await expect(machine.getByText(/at most .* together since the model was opened/)).toBeVisible();
  const budget = machine.getByRole('spinbutton', { name: 'At most' });
  const before = await budget.inputValue();
  for (const mebibytes of ['64', before]) {
    await budget.fill(mebibytes);
    await machine.getByRole('button', { name: 'Set' }).click();
    await expect(machine.getByRole('button', { name: 'Set' })).toBeDisabled();
  }
  await page.keyboard.press('Escape');
});

test('k units go in one click and come back one by one', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Plan', 'Find');
  await page.getByLabel('Strategy', { exact: true }).selectOption({ label: 'Lowest first' });
  await page.getByLabel('By', { exact: true }).selectOption({ label: 'Cosine' });
  await page.getByLabel('Units', { exact: true }).selectOption({ label: 'Attention and feed-forward' });
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

test('axe finds nothing wrong with measures and their settings, in either theme', async ({ lab }) => {
  const { page } = lab;
  await lab.cell(3, 'attention').focus();
  await page.keyboard.press('l');
  for (const [colorScheme, measure] of [
    ['light', 'Relative L1'],
    ['light', 'Share (loss)'],
    ['dark', 'Share (loss)'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await lab.chooseMeasure(measure);
    if (measure === 'Share (loss)') await openSettings(lab);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
  await lab.cell(3, 'attention').focus();
  await page.keyboard.press('l');
});
