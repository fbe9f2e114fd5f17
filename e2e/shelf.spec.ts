import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

test('each mask that is tried is a row that can be named, pinned, compared and gone on with, also after a reload', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await expect(lab.fullLoss).toBeAttached();
  await lab.cell(7, 'attention').click();
  await page.getByRole('button', { name: 'Pin this mask' }).click();
  await lab.cell(5, 'feed-forward').click();
  await page.getByRole('button', { name: 'Masks tried (2)' }).click();
  const shelf = page.getByRole('dialog', { name: 'Masks tried' });
  const row = (name: string) =>
    shelf.getByRole('row').filter({ has: page.getByLabel(`Name of the mask without ${name}`) });
  await row('attention 7; feed-forward 5').getByRole('textbox').fill('both');
  await row('attention 7; feed-forward 5').getByRole('textbox').press('Enter');
  await expect(row('attention 7; feed-forward 5')).toContainText('in force now');
  for (const box of await shelf.getByRole('checkbox').all()) await box.check();
  await expect(shelf.getByRole('region', { name: 'Two masks compared' })).toContainText('feed-forward 5');
  await shelf.getByRole('button', { name: 'Their texts side by side' }).click();
  await expect(shelf).toBeHidden();
  await expect(lab.prompt).toContainText('not against the full model');
  await lab.prompt.getByRole('button', { name: 'Back to the full model' }).click();
  await expect(lab.prompt).not.toContainText('not against the full model');
  await page.getByRole('button', { name: 'Masks tried (2)' }).click();
  const { violations } = await new AxeBuilder({ page }).include('dialog[open]').analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([]);

  await row('attention 7').first().getByRole('button', { name: 'Export' }).click();
  await expect(shelf).toBeHidden();
  await expect(page.getByRole('tab', { name: 'Export' })).toHaveAttribute('aria-selected', 'true');
  await expect(lab.dropped).toHaveCount(1);

  await page.reload();
  await page.getByRole('button', { name: 'Masks tried (2)' }).click();
  await expect(shelf.getByRole('button', { name: 'Pin Attention 7' })).toHaveAttribute('aria-pressed', 'true');
  await expect(shelf.getByRole('textbox').and(page.locator('[value="both"]'))).toBeVisible();
  await shelf.getByRole('button', { name: 'Remove both' }).click();
  await expect(shelf.getByRole('textbox')).toHaveCount(1);
});
