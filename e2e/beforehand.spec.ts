import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

/** Longest that an answer which is there already may take, milliseconds: of a click, with the test's own way to it. */
const AT_ONCE = 500;

for (const width of [1440, 1024]) {
  test(`nothing on the page moves once its first picture stands, ${width} wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto('./');
    await expect(page.locator('.recharts-bar-rectangle, [data-bar], [role=gridcell]').first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Adapter: no WebGPU' })).toBeVisible();
    const moved = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((a, b) => a + b, 0),
    );
    expect(moved).toBeLessThan(0.0002);
  });
}

test('every click is answered without WebGPU: the loss, the answers, the texts', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await expect(lab.verdict.getByText('Measured beforehand by us')).toBeVisible();
  await lab.chooseMeasure('Gradient');
  await expect(lab.influence).toContainText(/Least: feed-forward 4 \(0\.017\); most: feed-forward 0 \(0\.61\)/);
  await lab.chooseMeasure('Cost alone (loss)');
  await lab.cell(7, 'attention').click();
  await expect(lab.verdict).toContainText(/95%: \+0\.\d+ to \+0\.\d+/, { timeout: AT_ONCE });
  await expect(lab.verdict).toContainText(/−\d\d\.\d pts/);
  const change = await lab.number(lab.prunedLoss);
  expect(change).toBeGreaterThan(await lab.number(lab.fullLoss));

  await lab.openTab('Cost', 'Tasks');
  const letters = lab.comparison.getByRole('row', { name: /^School, by letter/ });
  await expect(letters).toContainText(/\d+ lost, \d+ won/);
  await lab.openTab('Cost', 'Texts');
  await expect(page.getByTestId('pruned-text')).not.toBeEmpty();
  await expect(lab.prompt).toContainText('Measured beforehand by us');
  await lab.openTab('Recovery');
  const fitted = page.getByRole('region', { name: 'Fitted beforehand' });
  await expect(fitted.getByRole('row', { name: /^Linear map of rank 8 / })).toContainText(/\d+%/);

  // A second layer, and a third.
  await lab.cell(3, 'feed-forward').click();
  await expect(lab.dropped).toHaveCount(2);
  await expect(lab.verdict).toContainText(/95%: /);
});

test('a mask that was not measured beforehand names the nearest that was', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./#model=sapling&drop=attn:1,4,6;ffn:2,5,9');
  await expect(lab.verdict).toContainText('was not measured beforehand');
  await lab.verdict.getByRole('button', { name: 'Take the nearest that was' }).click();
  await expect(lab.verdict).toContainText(/95%: /);
  expect(await lab.dropped.count()).toBeLessThan(6);
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(6);
});

test('what was chosen in a tab is still chosen when it is opened again', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./#model=sapling&tab=plan');
  const share = page.getByRole('form', { name: 'Goal' }).getByLabel('of the parameters');
  await share.fill('25');
  await lab.openTab('Cost', 'Texts');
  await lab.openTab('Plan');
  await expect(share).toHaveValue('25');
});

test('the form of a recovery asks for what its choice takes, and says why nothing is fitted', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./#model=sapling&drop=block:4;attn:7');
  await lab.openTab('Recovery');
  const panel = page.getByRole('region', { name: 'In the gap' });
  const what = panel.getByRole('radiogroup', { name: 'What stands in' });
  const [rank, order] = [panel.getByLabel('Rank', { exact: true }), panel.getByLabel('Layers are fitted')];
  await expect(panel.getByText('Dropped: block 4; attention 7.')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Fit it' })).toBeDisabled();
  await expect(panel.getByRole('button', { name: 'Fit it' })).toHaveAttribute('title', /^Nothing can be computed here/);
  await expect(rank).toBeHidden();

  // By keyboard alone.
  await what.getByRole('radio', { name: 'Mean update' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(what.getByRole('radio', { name: 'Linear map' })).toBeFocused();
  await page.keyboard.press('Space');
  await expect(what.getByRole('radio', { name: 'Linear map' })).toBeChecked();
  await rank.selectOption('32');
  await panel.getByRole('checkbox', { name: 'Of the normed stream' }).check();
  await what.getByRole('radio', { name: 'Trained' }).click();
  await expect(panel.getByRole('button', { name: 'Train it' })).toBeDisabled();
  await expect(order).toBeHidden();
  await panel.getByRole('radio', { name: 'bias alone' }).click();
  await expect(panel.getByLabel('Towards')).toBeHidden();
  await expectAccessible(page);

  // One unit has no order; each layer of a block has.
  await what.getByRole('radio', { name: 'Linear map' }).click();
  await expect(order).toBeVisible();
  await lab.cell(7, 'attention').click();
  await expect(order).toBeHidden();
  await panel.getByRole('checkbox', { name: 'A stand-in for each layer of a block' }).check();
  await expect(order).toBeVisible();
  await expect(rank).toHaveValue('32');
});

test('the paper’s claims stand beside our figures, each with a way to measure it', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await page.getByRole('button', { name: 'The paper, figure by figure' }).click();
  const paper = page.getByRole('article', { name: 'The paper, figure by figure' });
  await expect(paper.getByRole('link', { name: 'A deeper look at depth pruning of LLMs' })).toHaveAttribute(
    'href',
    'https://arxiv.org/abs/2407.16286',
  );
  await expect(paper.getByRole('img').first()).toBeVisible();
  await expect(paper).toContainText('Block 0 turns it most');
  await expectAccessible(page, 'article');
  await paper.getByRole('button', { name: /A third of the attention can go/ }).click();
  const claim = page.getByRole('region', { name: 'The paper’s claim' });
  await expect(claim).toContainText(/Ringed here: attention, greedy by loss, 4 of 12: loss 0\.\d+/);
  await expect(page.getByTestId('claimed')).toHaveCount(1);
  await expect(claim.getByRole('button', { name: 'Drop these 4' })).toBeInViewport();
  await claim.getByRole('button', { name: 'Drop these 4' }).click();
  await expect(lab.dropped).toHaveCount(4);
  await claim.getByRole('button', { name: 'Show all alike' }).click();
  await expect(page.getByTestId('claimed')).toHaveCount(0);
  await page.goBack();
  await page.keyboard.press('Control+z');
  await page.reload();
  await paper.getByRole('button', { name: /One task pays for another/ }).click();
  await expect(paper).toBeHidden();
  await expect(lab.comparison).toBeVisible();
  await expect(lab.dropped).toHaveCount(1);
  await page.goBack();
  await expect(paper).toBeVisible();
});

test('results of another model open without its weights', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Model/ })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  await dialog.getByRole('tab', { name: 'Results' }).click();
  const sapling = JSON.parse(await readFile('public/models/sapling/results.json', 'utf8'));
  const { details: _, tables: __, ...head } = sapling;
  const other = {
    ...head,
    model: { ...head.model, id: 'willow', fingerprint: '0'.repeat(64) },
    details: {
      ...{ curves: [], prompts: [], masks: [], tokens: {} },
      losses: [['attn:3', 0.5, 0.1]],
    },
  };
  const file = (content: unknown) => ({
    name: 'willow.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(content)),
  });
  await dialog.getByLabel('Results of a model').setInputFiles(file({ format: 'lopper-results', version: 9 }));
  await expect(page.getByText('willow.json holds no results of a model')).toBeVisible();
  await dialog.getByLabel('Results of a model').setInputFiles(file(other));
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('banner')).toContainText('willow');
  await expect(page.getByRole('banner')).toContainText('results only');
  await lab.cell(3, 'attention').click();
  await expect(lab.verdict).toContainText('+0.5000');
});

test('a larger model is looked at without its weights, and Sapling comes back', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./');
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Model/ })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Model' });
  await dialog.getByRole('tab', { name: 'Results' }).click();
  await dialog.getByRole('button', { name: 'SmolLM2-135M-Instruct' }).click();
  await expect(lab.cell(29, 'feed-forward')).toBeVisible();
  await expect(lab.verdict.getByText('Measured beforehand by us')).toBeVisible();
  await lab.cell(7, 'attention').click();
  await expect(lab.verdict).toContainText(/95%: /, { timeout: AT_ONCE });
  await expect(page).toHaveURL(/results=SmolLM2-135M-Instruct&drop=attn:7/);
  await page.reload();
  await expect(lab.cell(29, 'feed-forward')).toBeVisible();
  await expect(lab.dropped).toHaveCount(1);
  // Rows lower than a line of text, and none of them behind the next.
  const [upper, lower] = await Promise.all([29, 28].map((block) => lab.cell(block, 'attention').boundingBox()));
  expect(upper!.y + upper!.height).toBeLessThanOrEqual(lower!.y + 0.1);
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Model/ })
    .click();
  await dialog.getByText('What was measured of SmolLM2-135M-Instruct, and what came out').click();
  await expect(dialog.getByRole('heading', { name: 'What came out' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'The paper, figure by figure' }).click();
  const claim = page.getByRole('listitem').filter({ hasText: 'A third of the attention can go' });
  await expect(claim).toContainText('SmolLM2-135M-Instruct.Q4_1. 10 of 30 attention layers cost +0.25');
  await expect(claim).toContainText('Sapling. 4 of 12 attention layers');
  await expect(claim).toContainText('curve ./SmolLM2-135M-Instruct --text public/calibration/prose.txt');
  // Only then does the page follow its address.
  await expect(page.getByRole('button', { name: 'Adapter: no WebGPU' })).toBeVisible();
  await page.goto('./#lesson=drop');
  await expect(lab.cell(11, 'feed-forward')).toBeVisible();
  await expect(lab.cell(12, 'feed-forward')).toHaveCount(0);
});
