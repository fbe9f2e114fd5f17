import { LopperError } from '../errors';
import { PythonRandom } from './python-random';
import type { Item, Task } from './task';

/** The field draws its examples with this seed. */
const FIELD_SEED = 1234;

/**
 * The worked examples before each item, by the task's rule, in prompt order. Random draws go over the items one after
 * the other on one generator, as the field's do: `items` are to begin with the first of the set. Throws
 * `benchmark-invalid` where the pool has too few: a prompt with less than was asked for would be scored as something it
 * is not.
 */
export function examplesFor<I extends Item>(
  task: Task<I>,
  pool: readonly I[],
  items: readonly I[],
  shots: number,
): I[][] {
  if (shots === 0) return items.map(() => []);
  if (task.fewshot === 'none') {
    throw new LopperError(
      'usage',
      `${task.name} has no worked examples, and ${shots} are asked for.`,
      'Run it with 0 shots.',
    );
  }
  const random = new PythonRandom(FIELD_SEED);
  return items.map((item) => {
    const found = draw(task, pool, item, shots, random);
    if (found.length === shots) return found;
    throw new LopperError(
      'benchmark-invalid',
      `${shots} examples are asked for; for the item on line ${item.line} of ${item.file} there are ${found.length}.`,
      found.length === 0
        ? 'Give a file of examples (--fewshot-data PATH), or run it with 0 shots.'
        : `Ask for ${found.length} shots or fewer, or give a file of examples with more.`,
    );
  });
}

function draw<I extends Item>(task: Task<I>, pool: readonly I[], item: I, shots: number, random: PythonRandom): I[] {
  const part = (i: I) => task.part?.(i);
  switch (task.fewshot) {
    case 'first':
      return pool.slice(0, shots);
    case 'first-of-subject':
      return firstWhere(pool, shots, (e) => part(e)?.subject === part(item)?.subject);
    case 'first-of-group':
      return firstWhere(pool, shots, (e) => part(e)?.group === part(item)?.group);
    case 'random':
      return pool.length < shots ? [...pool] : random.sample(pool.length, shots).map((i) => pool[i]!);
    case 'random-others': {
      // One more is drawn, in case the item itself is among them.
      const drawn = random.sample(pool.length, Math.min(pool.length, shots + 1)).map((i) => pool[i]!);
      const self = contentOf(item);
      return drawn.filter((e) => contentOf(e) !== self).slice(0, shots);
    }
    case 'none':
      return [];
  }
}

function firstWhere<I>(pool: readonly I[], count: number, fits: (example: I) => boolean): I[] {
  const found: I[] = [];
  for (const example of pool) {
    if (found.length === count) break;
    if (fits(example)) found.push(example);
  }
  return found;
}

/** What makes two items the same, wherever they stand. */
const contentOf = ({ file: _, line: __, ...content }: Item): string => JSON.stringify(content);
