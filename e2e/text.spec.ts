import { existsSync } from 'node:fs';
import { expect } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { test } from './support/lab-page';

const STORIES = '../shared/data/models/stories260K';

test('on a long text a drop is answered from its first windows, and then from all', async ({ lab }) => {
  const dialog = await lab.openTextDialog();
  await expectAccessible(lab.page, 'dialog[open]');
  await dialog.getByRole('radio', { name: 'Texts that come with Lopper' }).click();
  await dialog.getByRole('button', { name: 'An encyclopaedia’s article' }).click();
  await expect(lab.page.getByRole('banner').getByText('An encyclopaedia’s article')).toBeVisible();
  await expect(lab.verdict.getByText('An encyclopaedia’s article')).toBeVisible();
  await lab.computed();
  await lab.cell(7, 'feed-forward').click();
  await expect(lab.verdict.getByText(/\d+ of \d+ windows so far/).first()).toBeVisible();
  await expect(lab.verdict.getByText(/^95%: .* to /)).toBeVisible();
  await expect(lab.prunedLoss).toBeVisible();
  // The address brings the text back.
  await expect.poll(() => lab.page.url()).toContain('text=encyclopaedia');
});

test('a model that is not Sapling is told so where it is measured on Sapling’s text', async ({ lab }) => {
  test.skip(!existsSync(STORIES), `no model at ${STORIES}`);
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(STORIES);
  await expect(dialog).toBeHidden();
  await expect(lab.verdict.getByText(/strange to this model/)).toBeVisible();
  await lab.verdict.getByRole('button', { name: 'measure on everyday prose' }).click();
  await expect(lab.page.getByRole('banner').getByText('Everyday prose')).toBeVisible();
  await expect(lab.verdict.getByText(/strange to this model/)).toBeHidden();
  await lab.computed();
});

test('what drawing a curve would take is said before it is drawn', async ({ lab }) => {
  await lab.openTab('Plan', 'Curves');
  const panel = lab.page.getByRole('region', { name: 'Pruning curves' });
  await panel.getByLabel('Order').selectOption({ label: 'Greedy by loss' });
  await expect(panel.getByText(/^about \d+ (s|min)/)).toBeVisible();
});
