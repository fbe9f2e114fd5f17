import { expect, test } from '@playwright/test';
import { LabPage } from './support/lab-page';

test('the page opens with the tower, the shipped results, and then its own loss', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await expect(lab.cell(0, 'attention')).toBeVisible();
  await expect(lab.comparison.getByRole('row', { name: /^School questions/ })).toBeVisible();
  await expect(lab.comparison.getByText('not the official sets', { exact: false })).toBeVisible();
  await expect(lab.influence.getByText('Shipped with Lopper')).toBeVisible();
  const shipped = await lab.number(lab.fullLoss);
  await lab.computed();
  // Another adapter may round otherwise; the model and the text are the same.
  expect(Math.abs((await lab.number(lab.fullLoss)) - shipped)).toBeLessThan(2e-3);
});

test('dropping a layer moves the loss, undo brings it back, redo takes it again', async ({ page }) => {
  const lab = new LabPage(page);
  await lab.open();
  const full = await lab.number(lab.fullLoss);
  expect(await lab.number(lab.prunedLoss)).toBe(full);

  await lab.cell(0, 'feed-forward').click();
  await expect(lab.cell(0, 'feed-forward')).toHaveAttribute('aria-selected', 'true');
  const pruned = await lab.lossAfter(full);
  expect(pruned).toBeGreaterThan(full);
  await expect(lab.comparison.getByRole('row', { name: /^Parameters/ })).toContainText('−');

  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(0);
  await expect(lab.prunedLoss).toHaveText((await lab.fullLoss.textContent())!);
  await page.keyboard.press('Control+Shift+z');
  await expect(lab.dropped).toHaveCount(1);
  expect(await lab.lossAfter(full)).toBe(pruned);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(lab.dropped).toHaveCount(0);
});

test('while a new loss is on its way the old one is not shown as current', async ({ page }) => {
  const lab = new LabPage(page);
  await lab.open();
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

test('the tower is walked and changed by keyboard alone', async ({ page }) => {
  const lab = new LabPage(page);
  await lab.open();
  await lab.cell(0, 'attention').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await expect(lab.cell(2, 'feed-forward')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(lab.cell(2, 'feed-forward')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+Space');
  await expect(lab.dropped).toHaveCount(3);
  await expect(lab.tower.getByRole('rowheader', { name: 'Block 3, dropped' })).toBeVisible();
  // One stop for the whole tower: Tab leaves it.
  await page.keyboard.press('Tab');
  await expect(lab.tower.locator(':focus')).toHaveCount(0);
});

test('a drag paints several cells, and is undone at once; shift-click takes the whole block', async ({ page }) => {
  const lab = new LabPage(page);
  await lab.open();
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

test('a finger taps and, after a hold, paints; a bar of the chart drops its unit', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const lab = new LabPage(page);
  await lab.open();
  await lab.cell(4, 'attention').tap();
  await expect(lab.dropped).toHaveCount(1);
  const box = (await lab.cell(7, 'feed-forward').boundingBox())!;
  const end = (await lab.cell(5, 'feed-forward').boundingBox())!;
  const touch = await context.newCDPSession(page);
  const at = (b: typeof box) => [{ x: b.x + 30, y: b.y + b.height / 2 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(box) });
  await expect(lab.cell(7, 'feed-forward')).toHaveAttribute('aria-selected', 'true');
  for (let i = 1; i <= 8; i++) {
    const y = box.y + ((end.y - box.y) * i) / 8;
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at({ ...box, y }) });
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(lab.dropped).toHaveCount(4);
  await context.close();
});
