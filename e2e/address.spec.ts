import { expect, type Page } from '@playwright/test';
import { test as base, LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

// What is open needs no adapter.
base.use({ launchOptions: WITHOUT_WEBGPU });
const test = base;

const hash = (page: Page) => new URL(page.url()).hash;

async function open(page: Page, address = './'): Promise<LabPage> {
  const lab = new LabPage(page);
  await page.goto(address);
  await expect(lab.fullLoss).toBeVisible();
  return lab;
}

const QUESTIONS = [
  ['Influence', 'Which layers matter?'],
  ['Plan', 'What should go?'],
  ['Cost', 'What is lost?'],
  ['Recovery', 'What can stand in for it?'],
  ['Export', 'Take it with you'],
] as const;

test('what is dropped and open stands in the address, and a reload brings it back in every tab', async ({ page }) => {
  const lab = await open(page);
  await lab.cell(7, 'attention').click();
  const [first, ...others] = QUESTIONS;
  for (const [tab, question] of [...others, first]) {
    await lab.openTab(tab);
    await expect.poll(() => hash(page)).toBe(`#model=sapling&drop=attn:7&tab=${tab.toLowerCase()}`);
    await page.reload();
    await expect(page.getByRole('heading', { name: question })).toBeVisible();
    await expect(lab.dropped).toHaveCount(1);
    await expect(lab.cell(7, 'attention')).toHaveAccessibleName(/, dropped/);
  }
  await lab.openTab('Cost', 'Speed and memory');
  await page.reload();
  await expect(page.getByRole('region', { name: 'Speed and memory' })).toBeVisible();
});

test('back and forward lead from tab to tab, and leave what is dropped', async ({ page }) => {
  const lab = await open(page);
  await lab.openTab('Plan', 'Curves');
  await lab.cell(3, 'attention').click();
  await lab.openTab('Cost');
  await lab.cell(4, 'attention').click();
  await page.goBack();
  await expect(page.getByRole('region', { name: 'Pruning curves' })).toBeVisible();
  await expect(lab.dropped).toHaveCount(2);
  await page.goBack();
  await expect(page.getByRole('region', { name: 'Drop by a strategy' })).toBeVisible();
  // Where the page was opened, nothing was dropped yet: what is dropped stays here too.
  await page.goBack();
  await expect(page.getByRole('heading', { name: QUESTIONS[0][1] })).toBeVisible();
  await expect(lab.dropped).toHaveCount(2);
  await page.goForward();
  await page.goForward();
  await page.goForward();
  await expect(page.getByRole('heading', { name: 'What is lost?' })).toBeVisible();
  await expect(lab.dropped).toHaveCount(2);
  await expect.poll(() => hash(page)).toContain('drop=attn:3,4');
});

test('a link put into the address of the open page is followed, and its mask can be undone', async ({ page }) => {
  const lab = await open(page);
  await lab.cell(1, 'feed-forward').click();
  await page.evaluate(() => {
    location.hash = '#drop=attn:2,5&lock=attn:9&tab=plan&view=curves&prompt=Hello';
  });
  await expect(page.getByRole('region', { name: 'Pruning curves' })).toBeVisible();
  await expect(lab.dropped).toHaveCount(2);
  await expect(lab.cell(9, 'attention')).toHaveAttribute('aria-label', /locked/);
  await page.keyboard.press('Control+z');
  await expect(lab.dropped).toHaveCount(1);
  await expect(lab.cell(1, 'feed-forward')).toHaveAccessibleName(/, dropped/);
  await lab.openTab('Cost', 'Texts');
  await expect(lab.prompt.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Hello');

  await page.evaluate(() => {
    location.hash = '#drop=attn:99';
  });
  await expect(lab.alerts.filter({ hasText: 'mask-mismatch' })).toContainText('99');
  await expect(lab.dropped).toHaveCount(1);
});

test('the five tabs and their views are gone through by keyboard alone', async ({ page }) => {
  const lab = await open(page);
  for (const [i, [, question]] of QUESTIONS.entries()) {
    await page.keyboard.press(`${i + 1}`);
    await expect(page.getByRole('heading', { name: question })).toBeVisible();
  }
  // From the tab itself: arrows walk, Enter opens, and Tab leads on to the views, which arrows walk too.
  await page.keyboard.press('1');
  await expect(page.getByRole('heading', { name: QUESTIONS[0]![1] })).toBeVisible();
  await page.getByRole('tab', { name: 'Influence' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Plan' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'What should go?' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('tab', { name: 'Find' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('region', { name: 'Pruning curves' })).toBeVisible();

  // A number typed into a field is a number.
  await lab.openTab('Cost', 'Texts');
  const prompt = lab.prompt.getByRole('textbox', { name: 'Prompt' });
  await prompt.focus();
  await page.keyboard.press('2');
  await expect(prompt).toHaveValue(/2/);
  await expect(page.getByRole('heading', { name: 'What is lost?' })).toBeVisible();
});

test('the keys are listed on a question mark', async ({ page }) => {
  await open(page);
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys' });
  await expect(dialog).toContainText('the five questions');
  await expect(dialog).toContainText('drop the layer or restore it');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
