import { use, useEffect } from 'react';
import { lessonFacts } from '../../actions/lesson-facts';
import { bringText, show, uncover } from '../../actions/lessons';
import type { Told } from '../../store/lessons';
import { useApp } from '../../widgets/use-app';
import { isTold, lessonOf } from '../../words/lessons';
import type { Facts } from '../../words/lessons/facts';
import { type Lesson, type Look, lookAt } from '../../words/lessons/lesson';

export interface OpenLesson {
  readonly lesson: Lesson;
  readonly at: number;
  readonly facts: Facts;
  readonly told: Told | undefined;
  readonly look: Look;
}

/** Suspends until they are there. */
export const useFacts = (): Facts => use(lessonFacts());

/**
 * The lesson of the address, and what it looks at put before a student's eyes. Undefined for one that there is not, or
 * whose numbers did not ship. Suspends until the facts are there.
 */
export function useLesson(): OpenLesson | undefined {
  const facts = useFacts();
  const open = useApp((s) => s.route.lesson);
  const told = useApp((s) => open && s.told[`${open.name}.${open.step}`]);
  const sapling = useApp(({ open: { model } }) => model?.source.kind === 'bundled' && model.report.blocks > 0);
  const lesson = lessonOf(open?.name);
  const at = Math.min(open?.step ?? 0, (lesson?.steps.length ?? 1) - 1);
  const step = lesson?.steps[at];
  const revealed = told !== undefined;
  useEffect(() => {
    if (step && sapling) void show(lookAt(step, revealed));
  }, [step, revealed, sapling]);
  useEffect(() => {
    if (lesson && sapling) void bringText();
  }, [lesson, sapling]);
  useEffect(() => uncover, []);
  if (!lesson || !step || !isTold(lesson, facts)) return undefined;
  return { lesson, at, facts, told, look: lookAt(step, revealed) };
}
