import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('a goal finds the cheapest mask that reaches it, and puts it into the tower', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Plan', 'Find');
  const goal = page.getByRole('form', { name: 'Goal' });
  await goal.getByLabel('Save', { exact: true }).fill('16');
  await goal.getByLabel('of the').selectOption({ label: 'blocks' });
  await goal.getByLabel('and let the loss rise by').selectOption({ label: 'whatever it takes' });
  await goal.getByRole('button', { name: 'Find' }).click();

  const found = page.getByRole('table', { name: 'Masks that save enough' });
  const rows = found.getByRole('row').filter({ has: page.getByRole('button') });
  // Two of twelve blocks, each way to choose them with what it costs, the cheapest first.
  await expect(page.getByText(/found that saves? 16% of the blocks/)).toBeVisible();
  await expect(goal.getByRole('button', { name: 'Find' })).toBeEnabled();
  expect(await rows.count()).toBeGreaterThan(0);
  const costs = await Promise.all(
    (await rows.all()).map(async (row) =>
      Number.parseFloat((await row.getByRole('cell').first().textContent())!.replace('−', '-')),
    ),
  );
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));

  await rows
    .first()
    .getByRole('button', { name: /^Apply/ })
    .click();
  await expect(lab.dropped).toHaveCount(4);
  await expect(found.getByText('in the tower')).toBeVisible();
});
