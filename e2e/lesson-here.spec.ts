import { expect, test } from '@playwright/test';
import { LESSONS } from '../src/app/words/lessons';
import { LabPage } from './support/lab-page';
import { walkLesson } from './support/lesson';

test('a lesson’s number is measured here where the machine can', async ({ page }) => {
  const lab = new LabPage(page);
  await lab.open('#lesson=drop&step=1');
  await page.getByRole('button', { name: /^Hardly at all/ }).click();
  await expect(page.getByText('right', { exact: true })).toBeVisible();
  // What ships was measured on the same text, so the step's words and the number beside them agree.
  const full = await lab.number(lab.fullLoss);
  await expect(lab.verdict.getByText('Computed here')).toBeVisible();
  const told = await page.getByRole('status', { name: 'Answer' }).getByText('It changes by').textContent();
  await expect(async () => {
    expect((await lab.number(lab.prunedLoss)) - full).toBeCloseTo(Number(/\+([\d.]+)/.exec(told!)![1]), 3);
  }).toPass();
  await page.getByRole('button', { name: 'Explore by myself' }).click();
  await expect(page.getByRole('tablist', { name: 'Questions' })).toBeVisible();
});

test('every lesson is walked to its end where the machine computes', async ({ page }) => {
  await new LabPage(page).open();
  for (const lesson of LESSONS) {
    await page.goto(`./#lesson=${lesson.id}`);
    await walkLesson(page, lesson);
  }
});
