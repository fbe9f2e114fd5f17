import { expect } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { test } from './support/lab-page';

test('norms and angles come from one pass; the best span is read off the map and dropped', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Influence', 'In the stream');
  const panel = page.getByRole('region', { name: 'Norms and geometry' });
  // What ships is there at once, and gives way to what is measured here.
  await expect(panel.getByText(/^Measured beforehand by us/)).toBeVisible();
  await panel.getByRole('button', { name: 'Measure again' }).click();
  await expect(panel.getByText(/^Computed here/)).toBeVisible();
  await expect(panel.getByText(/^The stream’s median length goes from/)).toBeVisible();
  await expect(panel.getByText(/exact quantiles$/)).toBeVisible();
  await expect(panel.getByRole('group', { name: 'Stream, Attention', exact: true })).toBeVisible();
  const marks = await panel.locator('figure path').count();
  await panel.getByRole('checkbox', { name: 'First position' }).uncheck();
  await expect(panel.getByText('first position, median')).toBeHidden();
  expect(await panel.locator('figure path').count()).toBeLessThan(marks);
  await expectAccessible(page);

  await panel.getByRole('radio', { name: 'Angles' }).click();
  const summary = await panel.getByText(/^The spans whose ends are closest/).textContent();
  const blocks = await lab.tower.getByRole('row').count();
  const map = panel.getByRole('group', { name: /^Angle between the ends of a span/ });
  await map.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(map.locator('[aria-live]')).toContainText('From the stream into block 0 to the one out of block 1');
  await page.keyboard.press('Enter');
  await expect(lab.dropped).toHaveCount(4);

  const [, first, last] = /2: blocks (\d+) and (\d+)/.exec(summary!)!;
  await panel.getByRole('slider', { name: 'Blocks to drop' }).focus();
  await page.keyboard.press('ArrowRight');
  await panel.getByRole('button', { name: `Drop blocks ${first} and ${last}` }).click();
  for (const block of [first, last]) {
    await expect(lab.tower.getByRole('rowheader', { name: `Block ${block}, dropped` })).toBeVisible();
  }
  await expect(lab.dropped).toHaveCount(4);
  await page.keyboard.press('Control+z');
  await expect(lab.tower.getByRole('rowheader', { name: 'Block 0, dropped' })).toBeVisible();
  await panel.getByRole('radio', { name: 'Table' }).click();
  await expect(panel.getByRole('row')).toHaveCount(blocks + 1);
});

test('one text is looked at token by token', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Influence', 'In the stream');
  const panel = page.getByRole('region', { name: 'Norms and geometry' });
  await panel.getByRole('radio', { name: 'Tokens' }).click();
  await panel.getByRole('textbox').fill('Rosie was a brave girl.');
  await panel.getByRole('button', { name: 'Measure these tokens' }).click();
  await expect(panel.getByText(/^After the first position block \d+ changes the stream most, at “/)).toBeVisible();
  await panel.getByRole('radio', { name: 'Feed-forward' }).click();
  const map = panel.getByRole('group', { name: /^Influence of each unit on each token/ });
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(map.locator('[aria-live]')).toHaveText(/position 1feed-forward 0: \d\.\d{4}$/);
  await expectAccessible(page);
  await panel.getByRole('textbox').fill('word '.repeat(3000));
  await panel.getByRole('button', { name: 'Measure these tokens' }).click();
  await expect(lab.alerts.filter({ hasText: 'prompt-too-long' })).toBeVisible();
});
