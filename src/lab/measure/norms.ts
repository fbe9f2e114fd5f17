import { type Branch, FULL } from '../../engine/branch';
import type { RunOptions, WalkOptions, WalkStatistics } from '../../engine/contract';
import { anglesOf, EXACT_ROWS, normsOf } from '../../engine/statistics';
import type { NormsReport } from '../contract';
import type { Calibrated } from './calibrated';
import { observe } from './statics';
import { layOutWindows } from './windows';

/**
 * Update norms of every unit and the angles between the ends of every span of blocks, one pass of the full model. Quantiles
 * are exact while every row's numbers can be kept, else from histograms; the report says which. Throws `not-finite`.
 */
export async function measureNorms(on: Calibrated, options: RunOptions): Promise<NormsReport> {
  const statistics = await observeSpans(on, FULL, {
    ...options,
    statistics: on.tokens <= EXACT_ROWS ? 'rows' : 'histograms',
  });
  return { tokens: on.tokens, ...normsOf(statistics), angles: anglesOf(statistics) };
}

/** `NormsReport.angles` of the model without `dropped`. Throws `not-finite`. */
export const measureAngles = async (on: Calibrated, dropped: Branch, options: RunOptions): Promise<number[][]> =>
  anglesOf(await observeSpans(on, dropped, { ...options, statistics: 'sums' }));

/** Spans need the input of every block at once: shorter trees, each of which takes one pass. */
function observeSpans(
  { engine, windows }: Calibrated,
  dropped: Branch,
  options: RunOptions & Pick<WalkOptions, 'statistics'>,
): Promise<WalkStatistics> {
  const rows = Math.min(engine.maxRows, engine.rowsWithin(engine.memory().budget, { angles: true }));
  return observe(engine, layOutWindows(windows, rows), dropped, { ...options, angles: true });
}
