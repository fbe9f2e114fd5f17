import { expect } from '@playwright/test';
import { LabPage, test } from './support/lab-page';

test('the page opens with the tower and the shipped results, and replaces them by its own', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await expect(lab.cell(0, 'attention')).toBeVisible();
  await expect(lab.verdict.getByText('School, by letter')).toBeVisible();
  await expect(lab.influence.getByText('Measured beforehand by us')).toBeVisible();
  const shipped = await lab.number(lab.fullLoss);
  await lab.openTab('Cost', 'Tasks');
  await expect(lab.comparison.getByRole('row', { name: /^School questions/ })).toBeVisible();
  await expect(lab.comparison.getByText('not the official sets', { exact: false })).toBeVisible();
  await lab.openTab('Influence');
  await lab.computed();
  // Another adapter may round otherwise; the model and the text are the same.
  expect(Math.abs((await lab.number(lab.fullLoss)) - shipped)).toBeLessThan(2e-3);

  // Influence computed here takes the place of what was shipped, and can be read as a table and a file.
  await lab.chooseMeasure('Cosine');
  await expect(lab.influence.getByText('Measured beforehand by us')).toBeVisible();
  await lab.influence.getByRole('button', { name: 'Compute here' }).click();
  await expect(lab.influence.getByText(/^Computed here/)).toBeVisible();
  await lab.influence.getByRole('radio', { name: 'Table' }).click();
  const rows = lab.influence.getByRole('row');
  const blocks = await lab.tower.getByRole('row').count();
  await expect(rows).toHaveCount(blocks + 1);
  const saved = page.waitForEvent('download');
  await lab.influence.getByRole('button', { name: 'CSV' }).click();
  const text = (await (await saved).createReadStream()).setEncoding('utf8');
  let csv = '';
  for await (const part of text) csv += part;
  expect(csv).toMatch(/^# .*\n# source: Computed here, on /);
  const lines = csv
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(lines).toHaveLength(blocks + 1);
  for (const value of lines[1]!.split(',')) expect(Number.isFinite(Number(value))).toBe(true);
});

test('dropping a layer moves the loss, undo brings it back, redo takes it again', async ({ lab }) => {
  const { page } = lab;
  const full = await lab.number(lab.fullLoss);
  expect(await lab.number(lab.prunedLoss)).toBe(full);

  await lab.cell(0, 'feed-forward').click();
  await expect(lab.cell(0, 'feed-forward')).toHaveAccessibleName(/, dropped/);
  const pruned = await lab.lossAfter(full);
  expect(pruned).toBeGreaterThan(full);
  await expect(lab.verdict.getByText('parameters', { exact: true }).locator('..')).toContainText('−');

  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(0);
  await expect(lab.prunedLoss).toHaveText((await lab.fullLoss.textContent())!);
  await page.keyboard.press('Control+Shift+z');
  await expect(lab.dropped).toHaveCount(1);
  expect(await lab.lossAfter(full)).toBe(pruned);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(lab.dropped).toHaveCount(0);
});

test('a click on a bar of the chart drops its unit', async ({ lab }) => {
  const bars = lab.influence.locator('[data-unit="attn"] .recharts-bar-rectangle');
  await bars.nth(3).click();
  await expect(lab.cell(3, 'attention')).toHaveAccessibleName(/, dropped/);
  await bars.nth(3).click();
  await expect(lab.dropped).toHaveCount(0);
});

test('while a new loss is on its way the old one is not shown as current', async ({ lab }) => {
  const { page } = lab;
  // In one task: click, then read what the page shows before any job can have ended.
  await lab.cell(3, 'attention').click();
  const full = await lab.number(lab.fullLoss);
  const first = await lab.lossAfter(full);
  const shown = await page.evaluate(async () => {
    const cell = document.querySelector<HTMLElement>('[data-block="5"][data-kind="ffn"]')!;
    cell.click();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return document.querySelector('[data-testid="pruned-loss"]')?.textContent ?? null;
  });
  expect(shown).toBeNull();
  expect(await lab.lossAfter(first)).not.toBe(first);
});

test('the tower is walked and changed by keyboard alone', async ({ lab }) => {
  const { page } = lab;
  await lab.cell(0, 'attention').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await expect(lab.cell(2, 'feed-forward')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(lab.cell(2, 'feed-forward')).toHaveAccessibleName(/, dropped/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+Space');
  await expect(lab.dropped).toHaveCount(3);
  await expect(lab.tower.getByRole('rowheader', { name: 'Block 3, dropped' })).toBeVisible();
  // One stop for the whole tower: Tab leaves it.
  await page.keyboard.press('Tab');
  await expect(lab.tower.locator(':focus')).toHaveCount(0);
});

test('a drag paints several cells, and is undone at once; shift-click takes the whole block', async ({ lab }) => {
  const { page } = lab;
  const [from, to] = [(await lab.cell(6, 'attention').boundingBox())!, (await lab.cell(3, 'attention').boundingBox())!];
  await page.mouse.move(from.x + 20, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x + 20, to.y + 8, { steps: 16 });
  await page.mouse.up();
  await expect(lab.dropped).toHaveCount(4);
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(0);

  await lab.cell(5, 'attention').click({ modifiers: ['Shift'] });
  await expect(lab.dropped).toHaveCount(2);
  await page.getByRole('button', { name: 'Restore all' }).click();
  await expect(lab.dropped).toHaveCount(0);
});

test('the cells stand still under the pointer and as their layers go', async ({ lab }) => {
  const { page } = lab;
  // A low screen: the tower has no room to spare, and gives way to whatever grows below it.
  await page.setViewportSize({ width: 1440, height: 840 });
  await page.mouse.move(0, 0);
  const still = await lab.tower.boundingBox();
  for (const block of [11, 6, 0]) {
    await lab.cell(block, 'feed-forward').hover();
    expect(await lab.tower.boundingBox(), `over block ${block}`).toEqual(still);
  }
  for (const block of [11, 9, 7, 5, 3, 1]) {
    await lab.cell(block, 'attention').click({ modifiers: ['Shift'] });
    await lab.cell(block - 1, 'attention').click();
    expect(await lab.tower.boundingBox(), `with block ${block} gone`).toEqual(still);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});
