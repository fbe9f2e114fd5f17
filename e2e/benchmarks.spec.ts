import { expect, type Locator } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { LabPage, test } from './support/lab-page';

/** The Benchmarks tab with just these tasks chosen, and so many items of each. */
async function openBenchmarks(lab: LabPage, tasks: readonly string[], limit: number): Promise<Locator> {
  await lab.openTab('Benchmarks');
  const panel = lab.page.getByRole('region', { name: 'Benchmarks', exact: true });
  await expect(taskBox(panel, 'school')).toBeVisible();
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

test('a layer dropped during a run restarts it with the new mask; cancelled and reloaded, it goes on', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await lab.open();
  const panel = await openBenchmarks(lab, ['mmlu-lopper'], 40);
  await panel.getByRole('button', { name: 'Run on the full model' }).click();
  await expect(rowOf(panel, 'mmlu-lopper').getByText(/^n = \d/)).toHaveCount(1);
  await lab.cell(5, 'attention').click();
  await expect(rowOf(panel, 'mmlu-lopper').getByText(/^n = \d/)).toHaveCount(2);
  await panel.getByRole('button', { name: /^Cancel/ }).click();
  const unfinished = panel.getByRole('list', { name: 'Unfinished runs' });
  await expect(unfinished).toContainText(/stopped at \d+ of 40, without/);
  await page.reload();
  await lab.computed();
  await lab.openTab('Benchmarks');
  await unfinished.getByRole('button', { name: /^Go on/ }).click();
  await expect(lab.dropped).toHaveCount(1);
  await expect(rowOf(panel, 'mmlu-lopper').getByText('n = 40')).toHaveCount(2);
  await expect(unfinished).toBeHidden();
});

test('items of one’s own: a bad row is passed over and named, a wrong file refused with its line', async ({ lab }) => {
  const panel = await openBenchmarks(lab, [], 12);
  const give = (name: string, text: string) =>
    panel.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  const rows = [
    '{"context": "The sky is", "choices": ["blue", "made of tin"], "answer": 0}',
    '{"context": "Grass is", "choices": ["green"], "answer": 3}',
    '{"question": "What is 3 + 4?", "answer": "7"}',
  ];
  await give('class.jsonl', rows.join('\n'));
  await panel.getByRole('button', { name: /^Run on/ }).click();
  await expect(rowOf(panel, 'own').getByText('n = 2')).toHaveCount(1);
  await rowOf(panel, 'own')
    .getByRole('button', { name: /^Items/ })
    .click();
  await expect(panel.getByText(/1 rows? of the file (was|were) passed over; line 2:/)).toBeVisible();
  await give('poem.jsonl', 'Roses are red,\nviolets are blue.');
  await panel.getByRole('button', { name: /^Run on/ }).click();
  await expect(lab.alerts.filter({ hasText: 'benchmark-invalid' })).toContainText(/line 1/);
});
