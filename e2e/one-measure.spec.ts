import { readFile } from 'node:fs/promises';
import { expect, type Locator, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

const bars = (lab: LabPage, unit: 'block' | 'attn' | 'ffn'): Locator => lab.influence.locator(`[data-unit="${unit}"]`);
const bar = (lab: LabPage, unit: 'block' | 'attn' | 'ffn', block: number): Locator =>
  bars(lab, unit).locator(`[data-bar="${block}"]`);
const heightOf = async (drawn: Locator) => (await drawn.locator('path').first().boundingBox())!.height;

async function open(lab: LabPage): Promise<void> {
  await lab.page.goto('./');
  await expect(bar(lab, 'ffn', 0)).toBeVisible();
}

test('tower and charts show one measure, and another beside it only where it is asked for', async ({ page }) => {
  const lab = new LabPage(page);
  await open(lab);
  const cell = lab.cell(3, 'attention');
  const cost = await cell.textContent();
  await expect(bar(lab, 'attn', 3)).toHaveAccessibleName(`Attention 3, cost alone (loss) ${cost}`);
  await lab.chooseMeasure('Cosine');
  await expect(cell).not.toHaveText(cost!);
  await expect(bar(lab, 'attn', 3)).toHaveAccessibleName(`Attention 3, cosine ${await cell.textContent()}`);
  await expect(page.getByText('How far does it turn the stream?')).toBeVisible();

  await lab.influence.getByLabel('Compare with').selectOption({ label: 'Cost alone (loss)' });
  await expect(lab.influence.getByRole('heading', { name: 'Cost alone: loss added', exact: true })).toBeVisible();
  await expect(bars(lab, 'attn')).toHaveCount(2);
  const saved = page.waitForEvent('download');
  await lab.influence.getByRole('button', { name: 'CSV', exact: true }).click();
  const csv = await readFile(await (await saved).path(), 'utf8');
  expect(csv).toMatch(
    /^# Cosine influence beside Cost alone: loss added\n# source: Measured beforehand by us, version /,
  );
  expect(csv).toContain('block,Cosine: whole block,Cosine: attention,');
  await expectAccessible(page);
});

test('a chart is walked by keyboard, read out, and drops a layer', async ({ page }) => {
  const lab = new LabPage(page);
  await open(lab);
  await bar(lab, 'attn', 0).focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
  await expect(bar(lab, 'attn', 4)).toBeFocused();
  await expect(
    bars(lab, 'attn').getByText(`Attention 4: ${await lab.cell(4, 'attention').textContent()}`),
  ).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(lab.cell(4, 'attention')).toHaveAccessibleName(/, dropped/);
  await expect(bar(lab, 'attn', 4)).toHaveAccessibleName(/^Attention 4, dropped, /);
  await expect(bar(lab, 'attn', 4)).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await expect(bar(lab, 'attn', 0)).toBeFocused();
});

test('attention is not drawn as tall as what costs fifty times as much, unless each kind has its own scale', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await open(lab);
  const [attention, feedForward] = [bar(lab, 'attn', 7), bar(lab, 'ffn', 0)];
  expect(await heightOf(attention)).toBeLessThan(0.8 * (await heightOf(feedForward)));
  await page.getByRole('radio', { name: 'Linear' }).click();
  await expect(async () =>
    expect(await heightOf(attention)).toBeLessThan(0.1 * (await heightOf(feedForward))),
  ).toPass();
  const small = await heightOf(attention);
  await page.getByRole('radio', { name: 'Own' }).click();
  await expect(async () => expect(await heightOf(attention)).toBeGreaterThan(5 * small)).toPass();
  await expect(page.getByText('fitted to this model')).toBeVisible();
});

test('a layer the model is better without has another hue and a bar from the other side, in both themes alike', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await open(lab);
  const cells = lab.tower.getByRole('gridcell');
  const looks = () =>
    cells.evaluateAll((all) =>
      all.map((cell) => ({
        text: cell.textContent ?? '',
        below: cell.querySelector('[data-below]')?.getAttribute('data-below') === 'true',
        colour: getComputedStyle(cell).backgroundColor,
      })),
    );
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await looks();
  expect(light.some(({ below }) => below)).toBe(true);
  for (const { text, below } of light) if (below) expect(text).toMatch(/^−/);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await looks()).toEqual(light);
});

test('all measures stand beside one another, and a click makes one of them the measure on the screen', async ({
  page,
}) => {
  const lab = new LabPage(page);
  await open(lab);
  await lab.openTab('Influence', 'All measures');
  const cosine = page.getByRole('button', { name: /^Cosine: least .*, most / });
  await expect(cosine).toHaveAttribute('aria-pressed', 'false');
  await cosine.click();
  await expect(cosine).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByText('How far does it turn the stream?')).toBeVisible();
  await lab.openTab('Influence', 'During training');
  const growth = page.getByRole('region', { name: 'Growing up' });
  await expect(growth.getByRole('radio', { name: 'Cosine' })).toBeChecked();
  await growth.getByRole('radio', { name: 'Cost alone' }).click();
  await expect(page.getByText('How much does the loss rise without it?')).toBeVisible();
  await expectAccessible(page);
});
