import { expect } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { LabPage, test } from './support/lab-page';

test('metrics are compared by their orders, and the units they disagree on are named', async ({ page }) => {
  // As a model comes whose results do not ship: two metrics are there, the button measures the others.
  await page.route('**/results.json', async (route) => {
    const shipped = await (await route.fetch()).json();
    const few = shipped.influence.filter(({ metric }: { metric: string }) => /^(loo-loss|cosine)$/.test(metric));
    await route.fulfill({ json: { ...shipped, influence: few } });
  });
  const lab = new LabPage(page);
  await lab.open();
  await lab.openTab('Influence', 'All measures');
  const panel = page.getByRole('region', { name: 'Agreement between measures' });
  await panel.getByRole('radio', { name: 'Blocks' }).click();
  const cell = (a: string, b: string) =>
    panel.getByRole('button', { name: new RegExp(`^${a.replace(/[()]/g, '\\$&')} and ${b}: −?\\d`) });
  await expect(cell('Cost alone (loss)', 'Cosine')).toBeVisible();
  await panel.getByRole('button', { name: 'Measure the others' }).click();
  await expect(cell('Cost alone (logits)', 'L2')).toBeVisible({ timeout: 120_000 });
  // The angle is a rising function of one minus the cosine of every token: their means can hardly disagree.
  const alike = (await cell('Angle', 'Cosine').getAttribute('aria-label'))!;
  expect(Number(alike.split(': ')[1])).toBeGreaterThan(0.8);

  await cell('Cost alone (logits)', 'L2').click();
  await expect(panel.getByRole('img', { name: 'Orders by L2 and by Cost alone (logits)' })).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(panel.getByRole('heading', { name: 'L1 against Cost alone (logits)' })).toBeVisible();
  const spearman = await cell('Cost alone (logits)', 'L1').getAttribute('aria-label');
  await panel.getByRole('radio', { name: 'Kendall' }).click();
  await expect(cell('Cost alone (logits)', 'L1')).not.toHaveAttribute('aria-label', spearman!);
  await expect(panel.getByText('Kendall’s rank correlation')).toBeVisible();

  const parted = panel.getByRole('region', { name: 'Where measures disagree most' }).getByRole('listitem');
  await expect(parted.first()).toHaveText(/^block \d+: \d+(st|nd|rd|th) to go by .*, \d+(st|nd|rd|th) by /);
  await expectAccessible(page);
});
