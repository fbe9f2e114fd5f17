import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { LabPage, test } from './support/lab-page';

const GSM8K = '../shared/data/benchmarks/gsm8k';

/** The Benchmarks tab with just these tasks chosen, and so many items of each. */
async function openBenchmarks(lab: LabPage, tasks: readonly string[], limit: number): Promise<Locator> {
  await lab.openTab('Cost', 'Tasks');
  const panel = lab.page.getByRole('region', { name: 'Benchmarks', exact: true });
  await expect(taskBox(panel, 'school')).toBeVisible();
  for (const box of await panel.getByRole('group', { name: 'Items that ship with Lopper' }).getByRole('checkbox').all())
    await box.uncheck();
  for (const task of tasks) await taskBox(panel, task).check();
  await panel.getByRole('spinbutton', { name: 'Items', exact: true }).fill(String(limit));
  return panel;
}

const taskBox = (panel: Locator, task: string) => panel.getByTitle(new RegExp(`^${task}: `)).getByRole('checkbox');
const rowOf = (panel: Locator, task: string) =>
  panel
    .getByRole('region', { name: 'Results' })
    .getByRole('row')
    .filter({ has: panel.page().getByTitle(task, { exact: true }) });

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
  const items = page.getByRole('region', { name: 'Items', exact: true });
  await items.getByRole('radio', { name: /^All \(12\)/ }).click();
  const item = items.getByRole('article');
  await expect(item.getByRole('columnheader', { name: 'Pruned' })).toBeVisible();
  await expect(item.getByText('right answer')).toHaveCount(1);
  await expect(item.getByText('chosen', { exact: true })).toHaveCount(2);
  await expectAccessible(page);
});

test('what stands in answers too: three results, held against both others, and an item of all three', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.cell(7, 'attention').click();
  await lab.openTab('Recovery');
  const gap = page.getByRole('region', { name: 'In the gap' });
  await gap.getByRole('button', { name: 'Fit it' }).click();
  await gap.getByRole('checkbox', { name: 'Show it as the third model' }).check();
  const panel = await openBenchmarks(lab, ['school'], 12);
  await panel.getByRole('button', { name: 'Run on all three models' }).click();
  const row = rowOf(panel, 'school');
  await expect(row.getByText('n = 12')).toHaveCount(3);
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await expect(row.getByText(/pts on pruned, [+−]?\d/)).toBeVisible();
  await expect(row.getByText(/pts on full, [+−]?\d/)).toBeVisible();
  await row.getByRole('button', { name: /^Items/ }).click();
  const items = page.getByRole('region', { name: 'Items', exact: true });
  await items.getByRole('radio', { name: /^All \(12\)/ }).click();
  await expect(items.getByRole('article').getByRole('columnheader', { name: 'Recovered' })).toBeVisible();
  await expect(items.getByRole('article').getByText('chosen', { exact: true })).toHaveCount(3);
});

test('one subject of MMLU’s is chosen by itself, run, and left again', async ({ lab }) => {
  const panel = await openBenchmarks(lab, [], 12);
  const list = panel.getByLabel('One subject of MMLU’s format');
  await list.selectOption({ label: 'anatomy' });
  await panel.getByRole('button', { name: 'Run on the full model' }).click();
  await expect(rowOf(panel, 'mmlu-lopper_anatomy').getByText('n = 4')).toHaveCount(1);
  await taskBox(panel, 'mmlu-lopper_anatomy').click();
  await expect(taskBox(panel, 'mmlu-lopper_anatomy')).toHaveCount(0);
  await expect(list).toHaveValue('');
});

test('a layer dropped during a run restarts it with the new mask; cancelled and reloaded, it goes on', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await lab.open();
  const panel = await openBenchmarks(lab, ['mmlu-lopper'], 24);
  await panel.getByRole('button', { name: 'Run on the full model' }).click();
  await expect(rowOf(panel, 'mmlu-lopper').getByText(/^n = \d/)).toHaveCount(1);
  await lab.cell(5, 'attention').click();
  await expect(rowOf(panel, 'mmlu-lopper').getByText(/^n = \d/)).toHaveCount(2);
  await panel.getByRole('button', { name: /^Cancel/ }).click();
  const unfinished = panel.getByRole('list', { name: 'Unfinished runs' });
  await expect(unfinished).toContainText(/stopped at \d+ of 24, without/);
  await page.reload();
  await lab.computed();
  await lab.openTab('Cost', 'Tasks');
  await unfinished.getByRole('button', { name: /^Go on/ }).click();
  await expect(lab.dropped).toHaveCount(1);
  await expect(rowOf(panel, 'mmlu-lopper').getByText('n = 24')).toHaveCount(2);
  await expect(unfinished).toBeHidden();
});

test('two masks are compared task by task, and the picture saved', async ({ lab }) => {
  const { page } = lab;
  const panel = await openBenchmarks(lab, ['school'], 8);
  const tradeOff = panel.getByRole('region', { name: 'Trade-off between tasks' });
  for (const block of [4, 7]) {
    await lab.cell(block, 'attention').click();
    await panel.getByRole('button', { name: 'Run on both models' }).click();
    await expect(panel.getByRole('progressbar')).toBeHidden();
    await tradeOff.getByRole('button', { name: 'Add this mask' }).click();
  }
  // The first screen shows the same run, and that it says little.
  await expect(lab.comparison.getByRole('row', { name: /^School questions/ })).toContainText(
    /cannot be told apart with 8 items \(about [\d,]+ would be needed\)/,
  );
  const compared = tradeOff.getByRole('list', { name: 'Masks compared' });
  await expect(compared.getByRole('listitem')).toHaveText([
    /^without attention 4: School/,
    /^without attention 4 and 7: School/,
  ]);
  const saved = page.waitForEvent('download');
  await tradeOff.getByRole('button', { name: 'SVG' }).click();
  // A long line goes on in the next one.
  const picture = (await readFile(await (await saved).path(), 'utf8')).replace(/<\/text><text[^>]*>/g, ' ');
  const words = [
    'Trade-off between tasks',
    'Full model',
    'without attention 4 and 7',
    ', cannot be told apart',
    'random 8 of',
    '0 shots, BOS',
  ];
  for (const word of words) expect(picture).toContain(word);
  // A mask that was asked other items shares no bars with the others.
  await panel.getByRole('spinbutton', { name: 'Items', exact: true }).fill('9');
  await panel.getByRole('button', { name: 'Run on both models' }).click();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await tradeOff.getByRole('button', { name: 'Update this mask' }).click();
  await expect(tradeOff.getByText(/School questions: without attention 4 is left out, .*random 8 of/)).toBeVisible();
  await compared
    .getByRole('button', { name: /^Remove/ })
    .first()
    .click();
  await expect(compared.getByRole('listitem')).toHaveCount(1);
});

test('an official set is fetched from its publisher, checked, kept over a reload, and run', async ({ page }) => {
  test.skip(!existsSync(GSM8K), `no files at ${GSM8K}`);
  let spoilt = true;
  await page.context().route('https://raw.githubusercontent.com/openai/grade-school-math/**', async (route) => {
    const body = await readFile(join(GSM8K, basename(new URL(route.request().url()).pathname)));
    if (spoilt) body[1000]! ^= 1;
    await route.fulfill({ body, headers: { 'access-control-allow-origin': '*' } });
  });
  const lab = new LabPage(page);
  await lab.open();
  await lab.openTab('Cost', 'Tasks');
  const panel = page.getByRole('region', { name: 'Benchmarks', exact: true });
  await panel.getByText('Get official sets').click();
  await panel.getByLabel('Items to keep, or all').fill('20');
  const set = panel.getByRole('list', { name: 'Official sets' }).getByRole('listitem').filter({ hasText: 'GSM8K' });
  await set.getByRole('button', { name: /^Get/ }).click();
  await expect(lab.alerts.filter({ hasText: 'GSM8K could not be fetched' })).toBeVisible();
  spoilt = false;
  await set.getByRole('button', { name: /^Get/ }).click();
  await expect(set.getByText('Here: 20 of 1,319, seed 0')).toBeVisible();
  // From files of one's own: a wrong one changes nothing, the right ones take its place.
  const files = set.getByLabel('Files of GSM8K');
  await files.setInputFiles({ name: 'notes.jsonl', mimeType: '', buffer: Buffer.from('{"a": 1}') });
  await expect(lab.alerts.filter({ hasText: 'GSM8K could not be opened' })).toContainText('notes.jsonl, row 1');
  await expect(set.getByText('Here: 20 of 1,319, seed 0')).toBeVisible();
  await panel.getByLabel('Items to keep, or all').fill('30');
  await files.setInputFiles(['test', 'train'].map((name) => join(GSM8K, `${name}.jsonl`)));
  await expect(set.getByText('Here: 30 of 1,319, seed 0')).toBeVisible();
  await page.reload();
  await lab.computed();
  await lab.openTextDialog();
  const dialog = page.getByRole('dialog', { name: 'Text', exact: true });
  await dialog.getByRole('radio', { name: 'A benchmark’s items' }).click();
  await dialog.getByLabel('Benchmark').selectOption('gsm8k');
  await dialog.getByRole('spinbutton', { name: 'Items' }).fill('2');
  await dialog.getByRole('button', { name: 'Use these items' }).click();
  await expect(lab.verdict.getByText(/first 2 items of GSM-8K \(30 of 1,319, seed 0\), \d+/)).toBeVisible();
  await openBenchmarks(lab, ['gsm8k'], 2);
  await panel.getByRole('button', { name: 'Run on the full model' }).click();
  await expect(rowOf(panel, 'gsm8k').getByText('n = 2')).toHaveCount(1);
  // Other items in their place: what is measured on them says so.
  await panel.getByText('Get official sets').click();
  await panel.getByLabel('Items to keep, or all').fill('40');
  await files.setInputFiles(['test', 'train'].map((name) => join(GSM8K, `${name}.jsonl`)));
  await expect(lab.verdict.getByText(/first 2 items of GSM-8K \(40 of 1,319, seed 0\), \d+/)).toBeVisible();
});

test('items of one’s own: a bad row is passed over and named, a wrong file refused with its line', async ({ lab }) => {
  const panel = await openBenchmarks(lab, [], 12);
  const give = (name: string, text: string) =>
    panel
      .getByRole('region', { name: 'Your own items' })
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
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
  const items = lab.page.getByRole('region', { name: 'Items', exact: true });
  await expect(items.getByText(/1 rows? of the file (was|were) passed over; line 2:/)).toBeVisible();
  await lab.openTab('Cost', 'Tasks');
  await give('poem.jsonl', 'Roses are red,\nviolets are blue.');
  await panel.getByRole('button', { name: /^Run on/ }).click();
  await expect(lab.alerts.filter({ hasText: 'benchmark-invalid' })).toContainText(/line 1/);
});
