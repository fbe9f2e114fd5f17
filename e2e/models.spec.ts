import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { type Hub, startHub } from './support/hub';
import { LabPage, test } from './support/lab-page';

const SAPLING = 'public/models/sapling';
const STORIES = '../shared/data/models/stories260K';
const GGUF = `${STORIES}-gguf/stories260K-f32.gguf`;
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** A copy of the bundled model's folder in which one file is another. */
async function spoiled(folder: string, file: string, spoil: (bytes: Buffer) => Buffer): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of FILES)
    if (existsSync(join(SAPLING, name))) await copyFile(join(SAPLING, name), join(folder, name));
  await writeFile(join(folder, file), spoil(await readFile(join(SAPLING, file))));
  return folder;
}

test('a folder is opened: another tower, grey until it is measured, then measured', async ({ lab }) => {
  test.skip(!existsSync(STORIES), `no model at ${STORIES}`);
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(STORIES);
  await expect(lab.tower.getByRole('row')).toHaveCount(5);
  await expect(dialog).toBeHidden();
  await lab.computed();
  // Cosine influence is cheap on so small a model and comes by itself.
  await lab.chooseMeasure('Cost alone (loss)');
  await expect(lab.influence.getByText('Not measured')).toBeVisible();
  await lab.chooseMeasure('Cosine');
  await expect(lab.influence.getByText(/^Computed here/)).toBeVisible();
  await expect(lab.cell(0, 'attention')).toHaveAttribute('aria-label', /, kept, [−\d.]+$/);
});

test('a folder that is chosen while the adapter is tested is what opens', async ({ page }) => {
  test.skip(!existsSync(STORIES), `no model at ${STORIES}`);
  const lab = new LabPage(page);
  await page.goto('./#text=short');
  const dialog = await lab.openModelDialog('Folder on this machine');
  await expect(dialog.getByText('what you choose now opens once it is')).toBeVisible();
  await dialog.getByLabel('Model folder').setInputFiles(STORIES);
  await expect(lab.tower.getByRole('row')).toHaveCount(5);
  await lab.computed();
  await expect(page.getByRole('banner')).toContainText('stories260K');
});

test('a GGUF is opened, its weights are made smaller, and what that cost is told', async ({ lab }) => {
  test.skip(!existsSync(GGUF), `no model at ${GGUF}`);
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('GGUF file').setInputFiles(GGUF);
  await expect(lab.tower.getByRole('row')).toHaveCount(5);
  await expect(dialog).toBeHidden();
  await lab.computed();
  await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Precision of the weights').selectOption('q8');
  await expect(dialog.getByText(/parameters in Q8_0/)).toBeVisible();
  await dialog.getByRole('button', { name: 'What does it cost?' }).click();
  await expect(dialog.getByText(/nats more than the [\d.]+ of its weights as published/)).toBeVisible();
  await expect(lab.page.getByRole('button', { name: 'Model stories260K-f32 in 8 bits' })).toBeVisible();
});

test('a model that is streamed says what each walk reads, and what writing a text would, before it is begun', async ({
  lab,
}) => {
  const loss = await lab.number(lab.fullLoss);
  const dialog = await lab.openModelDialog('Bundled');
  await dialog.getByLabel('Weights in GPU memory').selectOption('none');
  await expect(dialog.getByText(/ are read anew for each walk/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await lab.openTab('Cost', 'Texts');
  await expect(lab.page.getByText(/each token reads [\d.]+ MiB anew/)).toBeVisible();
  await lab.computed();
  expect(await lab.number(lab.fullLoss)).toBe(loss);
});

test('the bundled model’s card says what it scores and what it cannot do', async ({ lab }) => {
  const { page } = lab;
  const dialog = await lab.openModelDialog('Bundled');
  await dialog.getByText('Model card').click();
  await expect(dialog.getByRole('heading', { name: 'What it cannot do' })).toBeVisible();
  await expect(dialog.getByRole('row', { name: /school_letters.*% \[/ }).first()).toBeVisible();
  await expectAccessible(page, 'dialog[open]');
});

test('a card that does not come leaves the page as it was, and can be asked for again', async ({ page }) => {
  await page.route('**/model-card-*.js', (route) => route.abort());
  const lab = new LabPage(page);
  await page.goto('./');
  await lab.cell(2, 'attention').click();
  const dialog = await lab.openModelDialog('Bundled');
  await dialog.getByText('Model card').click();
  await expect(dialog.getByText('This part of the page could not be shown')).toBeVisible();
  await page.unroute('**/model-card-*.js');
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByRole('heading', { name: 'What it cannot do' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(lab.dropped).toHaveCount(1);
});

test('a model without a tokenizer is measured on token ids', async ({ lab }, info) => {
  const { page } = lab;
  const folder = info.outputPath('untold');
  await mkdir(folder, { recursive: true });
  for (const name of FILES.slice(0, 2)) await copyFile(join(SAPLING, name), join(folder, name));
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(folder);
  await lab.openTab('Cost', 'Tasks');
  await expect(lab.comparison.getByText('without a tokenizer')).toBeVisible();
  await expect(lab.alerts).toHaveCount(0);
  await lab.openTextDialog();
  await page
    .getByRole('textbox', { name: /^Text/ })
    .fill('[[0, 0, 2, 1, 0, 1, 0, 0, 0, 1, 1], [2, 1, 0, 0, 1, 2, 0, 0, 1, 1, 2]]');
  await page.getByRole('button', { name: 'Use this text' }).click();
  await lab.computed();
  await expect(lab.verdict.getByText(', 22 tokens')).toBeVisible();
});

test('the pruned model that the page writes into a folder opens with the loss that the mask has', async ({
  lab,
}, info) => {
  const { page } = lab;
  await lab.cell(2, 'attention').click();
  const loss = await lab.lossAfter(await lab.number(lab.fullLoss));
  // A real folder of the browser's own in the place of one that a person picks.
  await page.evaluate(() => {
    const picked = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true });
    Object.assign(window, { showDirectoryPicker: picked });
  });
  await lab.openTab('Export');
  await page.getByLabel('Pruned model, as a checkpoint').check();
  await page.getByRole('button', { name: 'Write the pruned model' }).click();
  await expect(page.getByText('The pruned model is written')).toBeVisible();
  const folder = info.outputPath('sapling-pruned');
  await mkdir(folder, { recursive: true });
  for (const name of FILES) {
    const bytes = await page.evaluate(async (name) => {
      const picked = await (await navigator.storage.getDirectory()).getDirectoryHandle('picked');
      const made = await picked.getDirectoryHandle('sapling-pruned');
      const file = await (await made.getFileHandle(name)).getFile();
      const read = new FileReader();
      return new Promise<string>((done) => {
        read.onload = () => done((read.result as string).split(',')[1]!);
        read.readAsDataURL(file);
      });
    }, name);
    await writeFile(join(folder, name), Buffer.from(bytes, 'base64'));
  }
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(folder);
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('banner')).toContainText('sapling-pruned');
  await lab.computed();
  await expect.poll(() => lab.number(lab.fullLoss)).toBeCloseTo(loss, 3);
});

test('a corrupt folder is refused by name, and the model and mask before it stay', async ({ lab }, info) => {
  await lab.cell(1, 'attention').click();
  const loss = await lab.lossAfter(await lab.number(lab.fullLoss));
  const rows = await lab.tower.getByRole('row').count();
  const cut = await spoiled(info.outputPath('cut'), 'model.safetensors', (b) => b.subarray(0, b.length - 1000));
  const alien = await spoiled(info.outputPath('alien'), 'config.json', (b) =>
    Buffer.from(
      JSON.stringify({ ...JSON.parse(b.toString()), model_type: 'parrot', architectures: ['ParrotForCausalLM'] }),
    ),
  );
  for (const [folder, code] of [
    [cut, 'safetensors-corrupt'],
    [alien, 'architecture-unknown'],
  ] as const) {
    const dialog = await lab.openModelDialog('Folder on this machine');
    await dialog.getByLabel('Model folder').setInputFiles(folder);
    await expect(lab.alerts.filter({ hasText: code })).toBeVisible();
  }
  await expect(lab.tower.getByRole('row')).toHaveCount(rows);
  await expect(lab.dropped).toHaveCount(1);
  expect(await lab.number(lab.prunedLoss)).toBe(loss);
});

test.describe('from a hub', () => {
  let hub: Hub;
  test.beforeEach(async () => {
    hub = await startHub({ 'lopper/sapling': SAPLING });
  });
  test.afterEach(() => hub.close());

  const download = (dialog: Locator) => dialog.getByRole('button', { name: /^Download [\d.]+ .iB and open|^Open$/ });

  async function ask(lab: LabPage, repo: string) {
    const dialog = await lab.openModelDialog('Hugging Face id');
    await dialog.getByRole('textbox', { name: 'Model id' }).fill(repo);
    await dialog.getByRole('textbox', { name: 'Revision' }).fill('main');
    await dialog.getByRole('textbox', { name: 'Host' }).fill(hub.url);
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    return dialog;
  }

  test('a download shows its bytes, can be cancelled, recovers from a cut, and ends in an open model', async ({
    lab,
  }) => {
    const { page } = lab;
    hub.fault('model.safetensors', { kind: 'slow', bytesPerSecond: 400_000 });
    const dialog = await ask(lab, 'lopper/sapling');
    await download(dialog).click();
    await expect(dialog.getByText(/MiB|KiB/).filter({ hasText: / of .*left/ })).toBeVisible();
    await dialog.getByRole('button', { name: /^Cancel/ }).click();
    await expect(dialog.getByRole('progressbar')).toBeHidden();
    await expect(lab.alerts).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Close' }).click();
    // Whoever comes back is asked whether it is to go on.
    await page.reload();
    const offer = page.getByRole('status').filter({ hasText: 'The download of lopper/sapling is not whole yet' });
    await expect(offer.getByRole('button', { name: /^Open it from/ })).toBeVisible();
    await offer.getByRole('button', { name: /^Dismiss/ }).click();

    hub.fault('model.safetensors', undefined);
    await ask(lab, 'lopper/sapling');
    await expect(dialog.getByText('are here: it goes on from there')).toBeVisible();
    hub.fault('model.safetensors', { kind: 'cut' });
    await download(dialog).click();
    await expect(page.getByRole('banner').getByText('lopper/sapling')).toBeVisible();
    await lab.computed();
    expect(hub.requests.filter((r) => r.path.endsWith('model.safetensors')).length).toBeGreaterThan(1);
  });

  test('what was downloaded is listed, and deleted with a second click, but not from under the open model', async ({
    lab,
  }) => {
    await download(await ask(lab, 'lopper/sapling')).click();
    await expect(lab.page.getByRole('banner').getByText('lopper/sapling')).toBeVisible();
    await lab.computed();
    const open = await lab.openModelDialog('Bundled');
    const kept = open
      .getByRole('list', { name: 'Downloads kept' })
      .getByRole('listitem')
      .filter({ hasText: 'lopper/' });
    await open.getByText('Downloads kept in this browser').click();
    await expect(kept.getByRole('button').first()).toBeDisabled();
    await open.getByRole('button', { name: 'Open Sapling' }).click();
    await expect(open).toBeHidden();
    await lab.openModelDialog('Bundled');
    await open.getByText('Downloads kept in this browser').click();
    const own = kept.filter({ hasText: new URL(hub.url).host });
    await own.getByRole('button', { name: /^Delete/ }).click();
    await own.getByRole('button', { name: /^Really delete/ }).click();
    await expect(own).toHaveCount(0);
  });

  test('a model that is not there, and a page in place of a file, are said by name', async ({ lab }) => {
    const { page } = lab;
    const dialog = await ask(lab, 'lopper/nothing');
    await expect(dialog.getByRole('alert').filter({ hasText: 'file-missing' })).toBeVisible();
    hub.fault('config.json', { kind: 'html' });
    await dialog.getByRole('textbox', { name: 'Model id' }).fill('lopper/sapling');
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await expect(dialog.getByRole('alert').filter({ hasText: 'not-a-model-file' })).toBeVisible();
    await expect(page.getByRole('banner').getByText('Sapling')).toBeVisible();
  });
});

test('a link that names another host asks before anything is fetched from it', async ({ page }) => {
  test.skip(!existsSync(STORIES), `no model at ${STORIES}`);
  const hub = await startHub({ 'someone/stories260K': STORIES });
  try {
    const lab = new LabPage(page);
    await page.goto(`./#model=someone/stories260K@main&host=${hub.url}&drop=attn:1&text=short`);
    await expect(page.getByText('The link asks for a model from another place')).toBeVisible();
    await lab.computed();
    expect(hub.requests).toEqual([]);
    await page.getByRole('button', { name: `Open it from ${new URL(hub.url).host}` }).click();
    await expect(lab.tower.getByRole('row')).toHaveCount(5);
    await expect(lab.dropped).toHaveCount(1);
  } finally {
    await hub.close();
  }
});

test('what a model’s files list as dropped is told, and dropped on a click', async ({ lab }) => {
  const folder = '../shared/data/field/llmdrop-lists-mistral';
  test.skip(!existsSync(folder), `no model at ${folder}`);
  const dialog = await lab.openModelDialog('Folder on this machine');
  await dialog.getByLabel('Model folder').setInputFiles(folder);
  await expect(lab.page.getByText('config.json lists layers as dropped')).toBeVisible();
  await lab.page.getByRole('button', { name: 'Drop them' }).click();
  await expect(lab.dropped).toHaveCount(2);
});
