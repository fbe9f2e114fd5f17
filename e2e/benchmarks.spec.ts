import { expect, type Locator } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { type LabPage, test } from './support/lab-page';

/** The Benchmarks tab with just these tasks chosen, and so many items of each. */
async function openBenchmarks(lab: LabPage, tasks: readonly string[], limit: number): Promise<Locator> {
  await lab.openTab('Benchmarks');
  const panel = lab.page.getByRole('region', { name: 'Benchmarks', exact: true });
  for (const box of await panel.getByRole('group', { name: 'Items that ship with Lopper' }).getByRole('checkbox').all())
    await box.uncheck();
  for (const task of tasks) await taskBox(panel, task).check();
  await panel.getByRole('spinbutton', { name: 'Items', exact: true }).fill(String(limit));
  return panel;
}

const taskBox = (panel: Locator, task: string) => panel.getByRole('checkbox', { name: new RegExp(`\\b${task}$`) });
const rowOf = (panel: Locator, task: string) =>
  panel
    .getByRole('region', { name: 'Results' })
    .getByRole('row')
    .filter({ hasText: new RegExp(`${task} acc`) });

test('a task is run on both models, and an item opened', async ({ lab }) => {
  const { page } = lab;
  await lab.cell(5, 'attention').click();
  const panel = await openBenchmarks(lab, ['school'], 12);
  await panel.getByRole('button', { name: 'Run on both models' }).click();
  await expect(rowOf(panel, 'school').getByText('n = 12')).toHaveCount(2);
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await rowOf(panel, 'school')
    .getByRole('button', { name: /^Items/ })
    .click();
  await panel.getByRole('radio', { name: /^All \(12\)/ }).click();
  const item = panel.getByRole('article');
  await expect(item.getByRole('columnheader', { name: 'Pruned' })).toBeVisible();
  await expect(item.getByText('right answer')).toHaveCount(1);
  await expect(item.getByText('chosen', { exact: true })).toHaveCount(2);
  await expectAccessible(page);
});
