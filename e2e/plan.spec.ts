import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('a goal finds the best mask that reaches it, says what it was held against, and puts it into the tower', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.openTab('Plan', 'Find');
  const goal = page.getByRole('form', { name: 'Goal' });
  await goal.getByLabel('of the KV cache').fill('0');
  await goal.getByLabel('of the parameters').fill('10');
  await goal.getByLabel('by dropping').selectOption({ label: 'blocks' });
  await goal.getByLabel('and let the loss rise by').selectOption({ label: 'whatever it takes' });
  await goal.getByRole('button', { name: 'Find' }).click();

  const found = page.getByRole('table', { name: 'Masks that save enough' });
  await expect(goal.getByRole('button', { name: 'Find' })).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByText(/The best found for params=-10%/)).toBeVisible();
  await expect(page.getByText(/Held against \d+ other ways/)).toBeVisible();
  await expect(found.getByText('Best found')).toBeVisible();
  await expect(page.getByRole('group', { name: /Loss added against parameters saved/ })).toBeVisible();

  await found
    .getByRole('button', { name: /^Apply/ })
    .first()
    .click();
  await expect(lab.dropped).not.toHaveCount(0);
  await expect(found.getByText('in the tower')).toBeVisible();
});
