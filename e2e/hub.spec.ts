import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { type Hub, startHub } from './support/hub';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

let hub: Hub;
test.beforeEach(async () => {
  hub = await startHub({ 'lopper/sapling': 'public/models/sapling' });
});
test.afterEach(() => hub.close());

test('a gated model asks for a token, says what is wrong with one, and tells its size for another', async ({
  page,
}) => {
  hub.ask('hf_good');
  const lab = new LabPage(page);
  await page.goto('./');
  const dialog = await lab.openModelDialog('Hugging Face id');
  await dialog.getByRole('textbox', { name: 'Host' }).fill(hub.url);
  await dialog.getByRole('textbox', { name: 'Model id' }).fill('lopper/sapling@second');
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('alert').filter({ hasText: 'gated or private' })).toBeVisible();
  const token = dialog.getByLabel('Access token', { exact: true });
  await expect(dialog.getByRole('button', { name: /^Download/ })).toHaveCount(0);
  await token.fill('hf_old');
  await token.press('Enter');
  await expect(dialog.getByRole('alert').filter({ hasText: 'token-refused' })).toBeVisible();
  await token.fill('hf_good');
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await expect(dialog.getByRole('button', { name: /^Download [\d.]+ MiB and open/ })).toBeInViewport();
  await expect(dialog.getByRole('status').filter({ hasText: 'lopper/sapling: 12 blocks' })).toBeAttached();
  // Who chooses by keyboard is still there when the answer comes.
  const branch = dialog.getByRole('combobox', { name: 'Branch or tag' });
  await expect(branch).toHaveValue('second');
  await branch.focus();
  await branch.selectOption('v1');
  await expect(dialog.getByRole('textbox', { name: 'Revision' })).toHaveValue('v1');
  await expect(dialog.getByText('Looking…')).toHaveCount(0);
  await expect(branch).toBeFocused();
  await expectAccessible(page, 'dialog[open]');
  // Shown to the hub, and never on the way to where it keeps its large files; nor kept, unless that is asked.
  const storage = hub.shown.filter(({ to }) => to === 'storage');
  expect(storage.length).toBeGreaterThan(0);
  expect(storage.filter(({ token }) => token !== undefined)).toEqual([]);
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('hf_');
  expect(page.url()).not.toContain('hf_');
});

test('a token that the browser is to keep is there on the next visit, and is forgotten on a click', async ({
  page,
}) => {
  hub.ask('hf_good');
  const lab = new LabPage(page);
  await page.goto('./');
  const dialog = await lab.openModelDialog('Hugging Face id');
  await dialog.getByRole('textbox', { name: 'Host' }).fill(hub.url);
  await dialog.getByText('Access token, for gated and private models').click();
  await dialog.getByLabel('Access token', { exact: true }).fill('hf_good');
  await dialog.getByLabel('Keep it in this browser').check();
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await expect(dialog.getByText('This browser keeps it.')).toBeVisible();
  await page.reload();
  await lab.openModelDialog('Hugging Face id');
  await dialog.getByRole('textbox', { name: 'Host' }).fill(hub.url);
  await dialog.getByRole('textbox', { name: 'Model id' }).fill('https://huggingface.co/datasets/cais/mmlu');
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('alert')).toContainText('is not the address of a model');
  await dialog.getByRole('textbox', { name: 'Model id' }).fill(`${hub.url}/lopper/sapling/tree/v1`);
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('button', { name: /^Download [\d.]+ MiB and open/ })).toBeVisible();
  await expect(dialog.getByRole('combobox', { name: 'Branch or tag' })).toHaveValue('v1');
  await dialog.getByText('Access token, for gated and private models').click();
  await dialog.getByRole('button', { name: 'Forget the token' }).click();
  await expect(dialog.getByText('Access token, for gated and private models')).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Forget the token' })).toHaveCount(0);
  expect(await page.evaluate(() => localStorage.getItem('lopper-tokens'))).toBeNull();
});

test('the catalogue tells what models are without an adapter, and leads to one on the hub', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  const dialog = await lab.openModelDialog('Catalogue');
  const llama = dialog.getByRole('listitem').filter({ hasText: 'Llama-2-7b-hf' });
  await expect(llama).toContainText('6.74 B, 32 blocks, 12.6 GiB · Llama 2 · gated');
  await expect(dialog.getByText('is told once there is a WebGPU adapter')).toBeVisible();
  await dialog.getByRole('combobox', { name: 'Precision', exact: true }).selectOption('q4');
  await expect(llama).toContainText('3.5 GiB');
  await expect(llama.getByRole('link', { name: /Siddiqui/ })).toBeVisible();
  const measured = dialog.getByRole('listitem').filter({ hasText: 'SmolLM2-135M-Instruct' });
  await expect(measured).toContainText('cost 0.25 nats a token');
  await expectAccessible(page, 'dialog[open]');
  await llama.getByRole('button', { name: /^To the hub/ }).click();
  await expect(dialog.getByRole('textbox', { name: 'Model id' })).toHaveValue('meta-llama/Llama-2-7b-hf');
  await expect(dialog.getByRole('button', { name: 'Look at it' })).toBeFocused();
});
