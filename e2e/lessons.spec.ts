import { expect, test } from '@playwright/test';
import { LESSONS } from '../src/app/words/lessons';
import { expectAccessible } from './support/axe';
import { LabPage } from './support/lab-page';
import { walkLesson } from './support/lesson';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU });

for (const lesson of LESSONS) {
  test(`the lesson “${lesson.title}” is walked to its end without WebGPU`, async ({ page }) => {
    await page.goto(`./#lesson=${lesson.id}`);
    await walkLesson(page, lesson);
  });
}

test('a click in a lesson is answered, and what was guessed is kept while one looks back', async ({ page }) => {
  const lab = new LabPage(page);
  await page.goto('./#lesson=drop&step=1');
  const lesson = page.getByRole('region', { name: 'Lesson: Drop a layer' });
  await lab.cell(7, 'attention').click();
  await expect(lab.dropped).toHaveCount(1);
  await expect(page.getByRole('figure')).toContainText('without attention 7');
  await lesson.getByRole('button', { name: /^Some/ }).click();
  await expect(lesson.getByText('your guess')).toBeVisible();
  await lesson.getByRole('button', { name: 'Next' }).click();
  await expect(lesson.getByText('your guess')).toBeHidden();
  // Page Up is the tower's own key elsewhere; in a lesson it is the lesson's.
  await lab.cell(7, 'attention').focus();
  await page.keyboard.press('PageUp');
  await expect(lesson.getByText('your guess')).toBeVisible();
});

test('axe finds nothing in a lesson, in the list of lessons, and on the page for teachers', async ({ page }) => {
  await page.goto('./#lesson=drop&step=1');
  await page.getByRole('button', { name: /^Some/ }).click();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await expectAccessible(page, 'body');
  }
  await page.getByRole('button', { name: 'Explore by myself' }).click();
  await page.getByRole('banner').getByRole('button', { name: 'Learn' }).click();
  const list = page.getByRole('dialog', { name: 'Learn' });
  await expect(list.getByRole('listitem')).toHaveCount(LESSONS.length);
  await expectAccessible(page, 'dialog[open]');
  await list.getByRole('link', { name: 'For teachers' }).click();
  await expect(page.getByRole('heading', { name: '45 minutes on what a layer is worth' })).toBeVisible();
  await expect(page.getByRole('cell', { name: '40 to 45' })).toBeVisible();
  await expectAccessible(page, 'body');
});

test('the sheet for students is printed without the answers', async ({ page }) => {
  await page.goto('./teachers.html');
  // What the print dialog would show while it is open.
  await page.evaluate(() => {
    window.print = () => Object.assign(window, { printed: document.documentElement.dataset.print });
  });
  await page.getByRole('button', { name: 'Print the sheet' }).click();
  expect(await page.evaluate(() => (window as unknown as { printed: string }).printed)).toBe('sheet');
  await page.evaluate(() => Object.assign(document.documentElement.dataset, { print: 'sheet' }));
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('heading', { name: 'What is a layer worth?' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'The hour' })).toBeHidden();
  await expect(page.getByRole('button')).toBeHidden();
});
