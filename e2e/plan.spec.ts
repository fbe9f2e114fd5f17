import { expect } from '@playwright/test';
import { test } from './support/lab-page';

test('a goal finds the best mask that reaches it, pauses with what there is so far, and puts it into the tower', async ({
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

  // The programme's pick is there long before all is tried; what is found so far stays, and can be gone on with.
  const found = page.getByRole('table', { name: 'Masks that save enough' });
  await expect(
    page.getByText(/The best found that saves 10% of the parameters: .*the integer programme/),
  ).toBeVisible();
  await page.getByRole('button', { name: /^Pause/ }).click();
  await expect(page.getByText('The search was not ended: the best so far.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
  await expect(found.getByText('Best found')).toBeVisible();
  await expect(page.getByRole('group', { name: /Loss added against parameters saved/ })).toBeVisible();

  await found
    .getByRole('button', { name: /^Apply/ })
    .first()
    .click();
  await expect(lab.dropped).not.toHaveCount(0);
  // It stands there beside the full model, and so do tasks ask it.
  await expect(found.getByText('in the tower')).toBeVisible();
  await found.getByRole('button', { name: 'ask it tasks' }).click();
  await expect(page.getByRole('button', { name: 'Run on both models' })).toBeVisible();
});
