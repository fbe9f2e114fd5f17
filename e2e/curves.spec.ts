import { readFile } from 'node:fs/promises';
import { expect, type Locator } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { type LabPage, test } from './support/lab-page';

const NOTHING = /about one pass over the text for each point/;

/** The panel with nothing on its chart. */
async function openCurves(lab: LabPage): Promise<Locator> {
  await lab.openTab('Plan', 'Curves');
  const panel = lab.page.getByRole('region', { name: 'Pruning curves' });
  const remove = panel.getByRole('button', { name: /^Remove/ });
  // Those that were measured beforehand are there, unless a test before removed them.
  await expect(remove.or(panel.getByText(NOTHING)).first()).toBeVisible();
  while ((await remove.count()) > 0) await remove.first().click();
  return panel;
}

async function addCurve(panel: Locator, order: string, steps: number, units?: string): Promise<void> {
  await panel.getByLabel('Order').selectOption({ label: order });
  const by = panel.getByLabel('by', { exact: true });
  if (await by.isVisible()) await by.selectOption({ label: 'Cosine' });
  if (units) await panel.getByLabel('Units', { exact: true }).selectOption({ label: units });
  await panel.getByLabel('Up to').fill(String(steps));
  await panel.getByRole('button', { name: 'Add curve' }).click();
}

const chart = (panel: Locator) => panel.getByRole('group', { name: /arrow keys walk the points/ });

test('a curve is drawn, read by keyboard, and one of its points put into the tower', async ({ lab }) => {
  const { page } = lab;
  const panel = await openCurves(lab);
  await expect(panel.getByText(NOTHING)).toBeVisible();
  await panel.getByLabel('In the gaps').selectOption({ label: 'mean update' });
  await addCurve(panel, 'Lowest first', 2, 'Attention');
  await expect(panel.getByText('2 steps')).toBeVisible();

  await chart(panel).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const reading = chart(panel).locator('[aria-live]');
  await expect(reading).toContainText(/Without 1 attention layer: loss \d/);
  // What stands in at every point has a dashed line of its own.
  await expect(chart(panel).locator('[data-recovered]')).toHaveCount(1);
  await expect(reading).toContainText(/with a mean update in the gap \d/);
  await panel.getByLabel('In the gaps').selectOption({ label: 'nothing' });
  const loss = Number(/loss ([\d.]+)/.exec((await reading.textContent())!)![1]);
  // What a point drops is marked in the tower while it is read.
  await page.keyboard.press('Enter');
  await expect(lab.dropped).toHaveCount(1);
  await expect(lab.prunedLoss).toHaveText(loss.toFixed(4));
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(0);

  // A point under the pointer is applied by a click.
  const end = (await chart(panel).locator('[data-curve] circle').last().boundingBox())!;
  await page.mouse.click(end.x + end.width / 2, end.y + end.height / 2);
  await expect(lab.dropped).toHaveCount(2);
  await expect(panel.getByText('this mask')).toBeVisible();

  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('row')).toHaveCount(1 + 3);
  await expect(panel.getByRole('columnheader', { name: 'recovered loss' })).toBeVisible();
  await panel.getByRole('radio', { name: 'Chart' }).click();
});

test('curves lie over one another with the band of random orders, against what they save', async ({ lab }) => {
  const { page } = lab;
  const panel = await openCurves(lab);
  await addCurve(panel, 'Random', 1, 'Whole blocks');
  await addCurve(panel, 'Span of blocks', 1);
  await expect(panel.getByText('1 step, ')).toHaveCount(2);
  await expect(panel.getByLabel('Random band')).toBeVisible();
  const spread = (await panel.locator('[data-curve] path[fill-opacity]').getAttribute('d'))!;
  expect(spread).toMatch(/^M.*Z$/);
  await panel.getByLabel('against', { exact: true }).selectOption({ label: 'KV cache saved' });
  await expect(panel.getByText('KV cache saved, KiB per token of context')).toBeVisible();
  await panel.getByRole('radio', { name: 'Perplexity' }).click();
  await expect(panel.getByRole('figure', { name: 'Perplexity against KV cache saved' })).toBeVisible();

  await expectAccessible(page);
});

test('accuracy is of any benchmark whose items are here, one’s own among them', async ({ lab }) => {
  await lab.openTab('Cost', 'Tasks');
  const own = '{"context": "The sky is", "choices": ["blue", "made of tin"], "answer": 0}';
  await lab.page.getByLabel('File of your own items').setInputFiles({
    name: 'class.jsonl',
    mimeType: 'text/plain',
    buffer: Buffer.from(`${own}\n${own}`),
  });
  const panel = await openCurves(lab);
  const tasks = panel.getByLabel('Accuracy on');
  await expect(tasks.getByRole('option', { name: 'GSM-8K’s format' })).toBeAttached();
  await tasks.selectOption({ label: 'Your own items' });
  await addCurve(panel, 'Lowest first', 1, 'Whole blocks');
  await panel.getByRole('radio', { name: 'Accuracy' }).click();
  await expect(chart(panel).locator('[data-curve] circle')).toHaveCount(2);
  await chart(panel).focus();
  await lab.page.keyboard.press('ArrowRight');
  await expect(chart(panel).locator('[aria-live]')).toContainText('n = 2');
  // The mask of a point is marked where the point is; another has no accuracy on these items, and that is said.
  await lab.page.keyboard.press('ArrowRight');
  await lab.page.keyboard.press('Enter');
  await expect(lab.dropped).toHaveCount(2);
  await expect(panel.getByText('this mask', { exact: true })).toBeVisible();
  await lab.cell(0, 'attention').click();
  await expect(panel.getByText(/^This mask is not marked: it was not asked/)).toBeVisible();

  await lab.openTab('Influence', 'One measure');
  await lab.chooseMeasure('Answers lost');
  const items = lab.influence.getByLabel('Items', { exact: true });
  await items.selectOption({ label: 'MMLU’s format' });
  await items.selectOption({ label: 'Your own items' });
  await items.selectOption({ label: 'School, by letter' });
});

test('a cancelled curve keeps its points, goes on where it was, and comes back from a file', async ({ lab }) => {
  const { page } = lab;
  const panel = await openCurves(lab);
  await panel.getByRole('button', { name: 'Attention against feed-forward' }).click();
  await expect(chart(panel).locator('[data-curve] circle').first()).toBeVisible();
  await panel.getByRole('button', { name: /^Cancel/ }).click();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  // Those that waited behind it are not begun.
  await expect(panel.getByRole('listitem')).toHaveCount(1);
  const before = await chart(panel).locator('[data-curve] circle').count();
  expect(before).toBeLessThan(13);

  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save attention by cosine' }).click();
  const path = await (await saving).path();
  const file = JSON.parse(await readFile(path, 'utf8'));
  expect(file).toMatchObject({ format: 'lopper-result', kind: 'curve', partial: true, unit: 'attn' });
  expect(file.points).toHaveLength(before);

  await panel.getByRole('button', { name: 'Remove attention by cosine' }).click();
  await expect(panel.getByRole('listitem')).toHaveCount(0);
  await panel.getByLabel('Result file').setInputFiles({
    name: 'curve.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ ...file, request: { ...file.request, steps: before + 1 } })),
  });
  await expect(panel.getByText('Read from a file')).toBeVisible();
  await panel.getByRole('button', { name: 'Go on with attention by cosine' }).click();
  await expect(panel.getByText(`${before + 1} steps`)).toBeVisible();
  await expect(panel.getByRole('progressbar')).toBeHidden();

  // Removed while it is being drawn, it ends.
  await addCurve(panel, 'Greedy by loss', 12, 'Whole blocks');
  await panel.getByRole('button', { name: 'Remove blocks, greedy by loss' }).click();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await expect(panel.getByRole('listitem')).toHaveCount(1);
  await expect(lab.alerts).toHaveCount(0);
});
