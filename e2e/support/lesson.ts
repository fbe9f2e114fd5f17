import { expect, type Page } from '@playwright/test';
import type { Lesson } from '../../src/app/words/lessons/lesson';
import { LabPage } from './lab-page';

/** Guesses at the open step, where it asks for a guess. */
async function guess(page: Page, choices: readonly string[] | undefined): Promise<void> {
  if (choices) await page.getByRole('button', { name: choices[0]! }).click();
  else await page.getByRole('button', { name: 'That is my guess' }).click();
}

/** Walks an open lesson from its first step to its end and out of it, looking at what each step promises. */
export async function walkLesson(page: Page, { title, steps }: Lesson): Promise<void> {
  const lab = new LabPage(page);
  const lesson = page.getByRole('region', { name: `Lesson: ${title}` });
  for (const [at, { title, guess: asked, look, after, reveal, why }] of steps.entries()) {
    await expect(lesson.getByRole('heading', { name: title })).toBeVisible();
    await expect(lesson).toContainText(`Step ${at + 1} of ${steps.length}`);
    await expect(page.getByRole('figure')).toBeVisible();
    await expect(lab.verdict).toBeVisible();
    // A tower that would give the answer away keeps its numbers to itself until there is a guess.
    if (look.blind) await expect(lab.cell(5, 'attention')).toHaveText('–');
    const answer = lesson.getByRole('status', { name: 'Answer' });
    if (asked) {
      await expect(answer).toBeEmpty();
      await guess(page, 'choices' in asked ? asked.choices : undefined);
    }
    if (reveal || why) await expect(answer).not.toBeEmpty();
    if (after?.blind === false) await expect(lab.cell(5, 'attention')).not.toHaveText('–');
    if (after?.mask) await expect(lab.dropped.first()).toBeVisible();
    if (at + 1 < steps.length) await page.keyboard.press('PageDown');
  }
  await lesson.getByRole('button', { name: 'Explore by myself' }).click();
  await expect(page.getByRole('tablist', { name: 'Questions' })).toBeVisible();
  expect(page.url()).not.toContain('lesson=');
  expect(await lab.alerts.filter({ hasText: 'could not' }).count()).toBe(0);
}
