/** The masks that were tried on the open model: what each left out, what that cost, and how it came about. */
import type { UnitKind } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import type { Mask } from '../../pruning/mask';
import type { InfluenceMetric } from '../../pruning/metrics';
import type { Strategy } from '../../pruning/strategies';
import type { Evaluation } from './benchmarks';
import type { Scored } from './losses';

/** How a mask was chosen, where it was not clicked together. */
export interface Chosen {
  readonly strategy: Strategy;
  readonly metric?: InfluenceMetric;
  readonly unit: UnitKind;
  readonly seed?: number;
}

/** A mask that was tried, with all that is known of it. Plain data: it is kept in the browser. */
export interface Tried {
  readonly mask: Mask;
  /** A person's own; without one it is called by what it drops. */
  readonly name?: string;
  /** Stays until it is taken away; others make way. */
  readonly pinned: boolean;
  readonly chosen?: Chosen;
  /** Its loss and the full model's, on which text. */
  readonly loss?: { readonly full: Scored; readonly pruned: Scored; readonly text: string };
  /** By task, what the full model and this mask scored, and what they were asked. */
  readonly results: Readonly<Record<string, Pick<Evaluation, 'report' | 'origin'>>>;
}

/** In the order in which they were first tried. */
export type Shelf = readonly Tried[];

/** Rows that nobody pinned; older ones make way. */
const MOST_UNPINNED = 24;

/** What a mask drops, whatever the order: rows of the same mask are one. */
export const maskId = ({ dropped }: Mask): string =>
  formatDropList([...dropped].sort((a, b) => a.block - b.block || a.kind.localeCompare(b.kind)));

export const triedIn = (shelf: Shelf, mask: Mask): Tried | undefined =>
  shelf.find((tried) => maskId(tried.mask) === maskId(mask));

/** With what is now known of a mask: a loss or a task's result in the place of the one before. */
export function note(shelf: Shelf, mask: Mask, news: Partial<Omit<Tried, 'mask'>>): Shelf {
  const before = triedIn(shelf, mask);
  const results = { ...before?.results, ...news.results };
  const tried: Tried = { pinned: false, ...before, ...news, mask, results };
  const rows = before ? shelf.map((row) => (row === before ? tried : row)) : [...shelf, tried];
  const spare = rows.filter((row) => !row.pinned).slice(0, -MOST_UNPINNED);
  return rows.filter((row) => !spare.includes(row));
}

export const forget = (shelf: Shelf, mask: Mask): Shelf => shelf.filter((row) => row !== triedIn(shelf, mask));
