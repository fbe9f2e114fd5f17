import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { test } from './support/lab-page';

test('what stands in for a dropped layer is fitted, told beside plain removal, and shown as the third model', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.openTab('Recovery');
  const panel = page.getByRole('region', { name: 'In the gap' });
  await expect(panel.getByText('Drop a layer first.')).toBeVisible();
  await lab.cell(4, 'attention').click();
  await panel.getByRole('button', { name: 'Fit it' }).click();
  await expect(panel.getByText(/^On this text, on which it was fitted, a mean update /)).toBeVisible();
  const losses = panel.getByRole('row', { name: /^(Full model|Plain removal|With a mean update)/ });
  await expect(losses).toHaveCount(3);
  const loss = (row: string) => lab.number(panel.getByRole('row', { name: row }).getByRole('cell').first());
  const [full, pruned] = [await loss('Full model'), await loss('Plain removal')];
  expect(pruned).toBeGreaterThan(full);

  // Less of it, down to none, which is plain removal.
  const strength = panel.getByRole('slider', { name: 'Strength' });
  await strength.focus();
  await page.keyboard.press('Home');
  await expect(panel.getByText('At strength 0 this is plain removal.')).toBeVisible();
  expect(await loss('With a mean update')).toBe(pruned);
  await page.keyboard.press('ArrowRight');
  await expect(async () => expect(await loss('With a mean update')).not.toBe(pruned)).toPass();
  await panel.getByRole('button', { name: 'Find the best strength' }).click();
  await expect(panel.getByRole('button', { name: 'Find the best strength' })).toBeEnabled();
  expect(await loss('With a mean update')).toBeLessThanOrEqual(await loss('Plain removal'));

  await panel.getByRole('radio', { name: 'Linear map' }).click();
  await panel.getByLabel('Rank', { exact: true }).selectOption('32');
  await panel.getByRole('button', { name: 'Fit it' }).click();
  await expect(panel.getByText(/^On this text, on which it was fitted, a linear map of rank 32 /)).toBeVisible();
  await expect(panel.getByText(/^R² against rank\./)).toBeVisible();
  await panel.getByText('Layer by layer').click();
  await expect(panel.getByRole('row', { name: /^Attention 4/ })).toBeVisible();
  await expectAccessible(page);

  await panel.getByRole('checkbox', { name: 'Show it as the third model' }).check();
  await expect(lab.verdict.getByText(/^With a linear map of rank 32 in the gap: loss \d/)).toBeVisible();
  await expect(lab.cell(4, 'attention')).toHaveAccessibleName(/, dropped, a linear map of rank 32 stands in/);
  await expect(page.getByText('stitched: linear map of rank 32')).toBeVisible();

  // The third model has a column of its own, in losses and in answers.
  await lab.openTab('Cost', 'Tasks');
  await expect(lab.comparison.getByRole('columnheader', { name: 'Recovered' })).toBeVisible();
  await expect(lab.comparison.getByRole('row', { name: /^Damage undone/ })).toHaveText(/%/);
  await lab.openTab('Cost', 'Speed and memory');
  const parameters = page.getByRole('row', { name: /^Parameters/ }).getByRole('cell');
  expect(await parameters.nth(3).textContent()).not.toBe(await parameters.nth(1).textContent());
  await lab.openTab('Cost', 'Texts');
  await lab.prompt.getByRole('button', { name: 'Continue with both' }).click();
  await expect(lab.prompt.getByRole('heading', { name: 'With a linear map of rank 32' })).toBeVisible();
  await expect(lab.prompt.getByRole('button', { name: 'Continue with both' })).toBeVisible();
});

test('a recovery goes into a file and comes back from it, with its mask', async ({ lab }) => {
  const { page } = lab;
  await lab.openTab('Recovery');
  const panel = page.getByRole('region', { name: 'In the gap' });
  await lab.cell(3, 'feed-forward').click();
  await panel.getByRole('radio', { name: 'Mean update' }).click();
  await panel.getByRole('button', { name: 'Fit it' }).click();
  const row = panel.getByRole('row', { name: /^With a mean update/ });
  await expect(row.getByRole('cell').first()).toHaveText(/\d/);
  const [first, second] = await row.getByRole('cell').allTextContents();
  const saved = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save as a file' }).click();
  const path = await (await saved).path();

  await page.getByRole('button', { name: 'Restore all' }).click();
  await expect(panel.getByText('Drop a layer first.')).toBeVisible();
  await panel.getByLabel('Recovery file').setInputFiles(path);
  await expect(page.getByText(/^Recovery loaded from /)).toBeVisible();
  await expect(lab.dropped).toHaveCount(1);
  await expect(row.getByRole('cell').first()).toHaveText(first!);
  await expect(row.getByRole('cell').nth(1)).toHaveText(second!);
  await expect(lab.verdict.getByText(/^With a mean update in the gap: loss \d/)).toBeVisible();

  // A file may be dropped anywhere.
  await page.getByRole('button', { name: 'Restore all' }).click();
  const [name, bytes] = ['mine.safetensors', (await readFile(path)).toString('base64')];
  await page.evaluate(
    ([name, base64]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0))], name!));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [name, bytes],
  );
  await expect(page.getByText(`Recovery loaded from ${name}`)).toBeVisible();
  await expect(lab.cell(3, 'feed-forward')).toHaveAccessibleName(/, dropped, a mean update stands in/);

  // What every layer adds on average, and the channels of one of them.
  const updates = page.getByRole('region', { name: 'Mean updates' });
  await updates.getByRole('button', { name: 'Measure mean updates' }).click();
  await expect(updates.getByText(/^What each layer adds on average/)).toBeVisible();
  await updates.getByLabel('Channels of').selectOption({ label: 'block 7' });
  await expect(updates.getByText(/^Channels of block 7: the largest is channel \d+/)).toBeVisible();
  await updates.getByRole('checkbox', { name: 'Cut to the middle' }).check();
  await expectAccessible(page);
});

test('what stands in is trained, paused and gone on with after a reload, and its line stays beside the next one', async ({
  lab,
}) => {
  const { page } = lab;
  await lab.openTab('Recovery');
  const panel = page.getByRole('region', { name: 'In the gap' });
  await lab.cell(11, 'attention').click();
  await panel.getByRole('radio', { name: 'Trained' }).click();
  await panel.getByLabel('Steps').fill('8');
  await panel.getByRole('button', { name: 'Train it' }).click();
  const list = panel.getByRole('list', { name: 'Trainings' });
  await expect(list.getByText(/step [1-9]\d* of 8$/)).toBeVisible();
  await panel.getByRole('button', { name: /^Pause/ }).click();
  await expect(list.getByText(/paused after step \d+ of 8$/)).toBeVisible();

  // Its state is kept in the browser: a reload loses no step.
  const paused = await list.getByText(/paused after step/).textContent();
  await page.reload();
  await expect(list.getByText(paused!)).toBeVisible();
  await list.getByRole('button', { name: /^Go on/ }).click();
  await expect(list.getByText(/8 steps, best after \d+$/)).toBeVisible();
  await expect(panel.getByRole('row', { name: /^With a map of rank 8 trained by distillation/ })).toBeVisible();

  await panel.getByRole('radio', { name: 'Trained' }).click();
  await panel.getByRole('radio', { name: 'bias alone' }).click();
  await panel.getByLabel('Steps').fill('3');
  await panel.getByRole('button', { name: 'Train it' }).click();
  await expect(list.getByText(/3 steps, best after \d+$/)).toBeVisible();
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(panel.getByText(/^Lowest on the text it is trained on: /)).toBeVisible();
  await expectAccessible(page);
  await list.getByRole('button', { name: /^Put it in the gap.*the map of rank 8/ }).click();
  await expect(panel.getByRole('row', { name: /^With a map of rank 8 trained by distillation/ })).toBeVisible();
  while ((await list.count()) > 0)
    await list
      .getByRole('button', { name: /^Remove/ })
      .first()
      .click();
});
