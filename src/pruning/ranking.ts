import { LopperError } from '../errors';

/**
 * Removal order of one-shot: the units `among` (default all), indices of `influence`, from the least important up, ties by
 * index. Units without a finite number go last: a measure that gives no number calls nothing unimportant. Throws
 * `not-finite` where none of them has one.
 */
export function removalOrder(influence: readonly number[], among: readonly number[] = [...influence.keys()]): number[] {
  const numbered = among.filter((unit) => Number.isFinite(influence[unit]));
  if (numbered.length === 0 && among.length > 0) throw nothingToRank();
  const ranked = numbered.sort((a, b) => influence[a]! - influence[b]! || a - b);
  return [...ranked, ...among.filter((unit) => !Number.isFinite(influence[unit]))];
}

/** The error where no unit has a number to choose it by. */
export const nothingToRank = () =>
  new LopperError(
    'not-finite',
    'No unit can be chosen: the numbers of all that are left are not finite.',
    'The weights may be damaged, or too much is dropped: load the model again, or ask for fewer steps.',
  );
