/** Work that several machines share: a request is done in parts, whose reports are put together again. Plain data. */

/** One of so many parts of a request; the first is 1. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/**
 * Of so many things in a row, those that a part has: from `first` up to, and without, `end`. The parts are neighbours in
 * their order and as long as one another, give or take one thing; where there are more parts than things some are empty.
 * Without a part: all of them.
 */
export function shareOf(count: number, part: Part = { index: 1, of: 1 }): readonly [first: number, end: number] {
  const edge = (i: number) => Math.floor((count * i) / part.of);
  return [edge(part.index - 1), edge(part.index)];
}

/**
 * Of so many things those that a part has where they are dealt out one by one, ascending. For units: to leave out a lower
 * one costs more, since more is walked above it, and so every part has some of either.
 */
export const dealtTo = (count: number, { index, of }: Part = { index: 1, of: 1 }): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((count - index + 1) / of)) }, (_, i) => index - 1 + i * of);

/** "2 of 4". */
export const partName = ({ index, of }: Part): string => `${index} of ${of}`;
