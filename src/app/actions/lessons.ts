import { parseDropList } from '../../pruning/drop-list';
import { maskFromSublayers } from '../../pruning/mask';
import { usualText } from '../store/calibration';
import { go } from '../store/go';
import { setMask } from '../store/masks';
import { isTab, isView } from '../store/route';
import { reportOf } from '../store/select';
import { changeOpen, store } from '../store/store';
import type { Lesson, Look } from '../words/lessons/lesson';
import { loadText } from './calibration';
import { showShippedGrowth } from './growth';
import { openMeasured, openSapling } from './open-results';

const keyOf = (lesson: string, step: number) => `${lesson}.${step}`;

/** What was guessed at a step, where its answer has been shown. */
const toldAt = (lesson: string, step: number) => store.getState().told[keyOf(lesson, step)];

/** Opens a lesson at a step, its answer hidden again where it is begun anew. */
export function openLesson(name: string, step = 0): void {
  if (step === 0) store.setState(({ told }) => ({ told: without(told, name) }));
  go({ lesson: { name, step } });
}

/**
 * Puts the model in place that a lesson is about, unless a person opened the one that is there: weights that they chose are
 * not closed without being asked.
 */
export async function bringModel({ of }: Lesson): Promise<void> {
  const kind = store.getState().open.model?.source.kind;
  if (kind === 'bundled' || kind === 'results') await openLessonModel({ of });
}

/** The same whatever is open. */
export const openLessonModel = async ({ of }: Pick<Lesson, 'of'>): Promise<void> => {
  await (of ? openMeasured(of) : openSapling());
};

/** Puts the text in place that a lesson's numbers were measured on: what ships is of the model's usual one. */
export const bringText = (): Promise<void> => loadText(usualText(store.getState()).name);

const without = <T>(told: Readonly<Record<string, T>>, lesson: string) =>
  Object.fromEntries(Object.entries(told).filter(([key]) => !key.startsWith(`${lesson}.`)));

/** Shows a step's answer, and remembers what was guessed. */
export const tellAnswer = (lesson: string, step: number, guess?: number): void =>
  store.setState(({ told }) => ({ told: { ...told, [keyOf(lesson, step)]: { guess } } }));

/** The next thing: a step's answer where it is still hidden, else the step after. False at the end. */
export function goOn({ id, steps }: Lesson): boolean {
  const step = store.getState().route.lesson?.step ?? 0;
  if (steps[step]?.guess && !toldAt(id, step)) tellAnswer(id, step);
  else if (step + 1 < steps.length) openLesson(id, step + 1);
  else return false;
  return true;
}

/** The step before. False at the beginning. */
export function goBack({ id }: Lesson): boolean {
  const step = store.getState().route.lesson?.step ?? 0;
  if (step === 0) return false;
  go({ lesson: { name: id, step: step - 1 } });
  return true;
}

/** Both ways, for keys and buttons. */
export const waysThrough = (lesson: Lesson) => ({ on: () => void goOn(lesson), back: () => void goBack(lesson) });

/** Leaves the lesson where it stands: the page as it is, with everything in reach. */
export function leaveLesson(): void {
  go({ lesson: undefined });
}

/** What is looked at now. */
let looked: Look | undefined;

/** Takes away what a step did to the tower: to be called where a lesson or a board is left, whichever way. */
export function uncover(): void {
  looked = undefined;
  store.setState({ blind: false });
  changeOpen({ moment: undefined });
}

/** Puts before a student's eyes what a step speaks of. */
export async function show(look: Look): Promise<void> {
  looked = look;
  const { view, metric, mask, blind = false, moment } = look;
  store.setState({ blind, ...(metric && { metric }) });
  if (isTab(view)) go({ tab: view });
  else if (isView(view)) go({ view });
  const blocks = reportOf(store.getState())?.blocks;
  if (blocks !== undefined && mask !== undefined) setMask(maskFromSublayers(blocks, parseDropList(mask)));
  if (moment) await showShippedGrowth();
  // Another step may have come meanwhile.
  if (looked !== look) return;
  const points = moment && store.getState().open.growth[moment.metric]?.report.points;
  const point = points?.findLastIndex((p) => (p.step ?? 0) <= moment!.step);
  changeOpen({ moment: point === undefined || point < 0 ? undefined : { metric: moment!.metric, point } });
}
