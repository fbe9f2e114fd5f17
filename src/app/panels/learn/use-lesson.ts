import { use, useEffect } from 'react';
import { lessonFacts } from '../../actions/lesson-facts';
import { bringModel, bringText, show, uncover } from '../../actions/lessons';
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
  /** Whether the model that it is about is open; else it is on its way, or a person has another open that they would lose. */
  readonly there: boolean;
}

/** What is known of Sapling. Suspends until it is there. */
export const useFacts = (): Facts => use(lessonFacts());

/**
 * The lesson of the address, and what it looks at put before a student's eyes. Undefined for one that there is not, or
 * whose numbers did not ship. Suspends until the facts are there.
 */
export function useLesson(): OpenLesson | undefined {
  const open = useApp((s) => s.route.lesson);
  const told = useApp((s) => open && s.told[`${open.name}.${open.step}`]);
  const lesson = lessonOf(open?.name);
  const facts = use(lessonFacts(lesson?.of));
  const there = useApp(({ open: { model } }) =>
    lesson?.of ? model?.report.fingerprint === facts.fingerprint : model?.source.kind === 'bundled',
  );
  const other = useApp(({ open: { model } }) => (model && !there ? model : undefined));
  const at = Math.min(open?.step ?? 0, (lesson?.steps.length ?? 1) - 1);
  const step = lesson?.steps[at];
  const revealed = told !== undefined;
  useEffect(() => {
    if (lesson && other) void bringModel(lesson);
  }, [lesson, other]);
  useEffect(() => {
    if (step && there) void show(lookAt(step, revealed));
  }, [step, revealed, there]);
  useEffect(() => {
    if (lesson && there) void bringText();
  }, [lesson, there]);
  useEffect(() => uncover, []);
  if (!lesson || !step || !isTold(lesson, facts)) return undefined;
  return { lesson, at, facts, told, look: lookAt(step, revealed), there };
}
