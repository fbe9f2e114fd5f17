import { LopperError } from '../../errors';
import type { MeasuredModel } from '../../lab/contract/measured-models';
import { isTold, LESSONS } from '../words/lessons';
import type { Facts } from '../words/lessons/facts';
import { factsOf, toldOf } from '../words/lessons/facts-of';
import type { Lesson } from '../words/lessons/lesson';
import { shippedGrowth } from './growth';
import { besideOf, fetchBeside, fetchMeasured, fetchShipped } from './shipped';

const loaded = new Map<MeasuredModel | undefined, Promise<Facts>>();

/** What the lessons know of a model, of Sapling where none is named: asked for once; asked anew where it did not come. */
export function lessonFacts(of?: MeasuredModel): Promise<Facts> {
  const found = loaded.get(of) ?? (of ? loadMeasured(of) : loadSapling());
  loaded.set(of, found);
  found.catch(() => loaded.delete(of));
  return found;
}

async function loadSapling(): Promise<Facts> {
  const [shipped, growth] = await Promise.all([fetchShipped(), shippedGrowth()]);
  if (!shipped) {
    throw new LopperError('result-missing', 'The results that ship with Sapling are not there.', 'Reload the page.');
  }
  return factsOf({ ...toldOf(shipped, await fetchBeside(shipped)), growth: growth.map(({ report }) => report) });
}

async function loadMeasured(of: MeasuredModel): Promise<Facts> {
  const results = await fetchMeasured(of);
  return factsOf({ ...toldOf(results, besideOf(results)), growth: [] });
}

/** A lesson and what it speaks of. */
export interface ToldLesson {
  readonly lesson: Lesson;
  readonly facts: Facts;
}

let told: Promise<readonly ToldLesson[]> | undefined;

/** All lessons that can be told: one about a model whose results do not come is left out. */
export function lessonsTold(): Promise<readonly ToldLesson[]> {
  told ??= findTold().catch((error) => {
    told = undefined;
    throw error;
  });
  return told;
}

async function findTold(): Promise<ToldLesson[]> {
  const sapling = await lessonFacts();
  const all = await Promise.all(
    LESSONS.map(async (lesson) => ({
      lesson,
      facts: lesson.of ? await lessonFacts(lesson.of).catch(() => undefined) : sapling,
    })),
  );
  return all.flatMap(({ lesson, facts }) => (facts && isTold(lesson, facts) ? [{ lesson, facts }] : []));
}
