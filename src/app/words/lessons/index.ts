import { bigger } from './bigger';
import { drop } from './drop';
import type { Facts } from './facts';
import { growth } from './growth';
import { kinds } from './kinds';
import type { Lesson } from './lesson';
import { letters } from './letters';
import { measures } from './measures';
import { mend } from './mend';

/** All lessons, in the order in which the paper asks their questions. */
export const LESSONS: readonly Lesson[] = [drop, measures, kinds, letters, growth, bigger, mend];

export const lessonOf = (id: string | undefined): Lesson | undefined => LESSONS.find((lesson) => lesson.id === id);

/** Whether all that a lesson says can be said: what it speaks of shipped. */
export function isTold({ steps }: Lesson, facts: Facts): boolean {
  try {
    for (const { words, reveal, why, guess } of steps) {
      for (const say of [words, reveal, why, guess?.question]) say?.(facts);
      guess?.right(facts);
    }
    return true;
  } catch {
    return false;
  }
}
