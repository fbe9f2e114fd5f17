import type { RunOptions } from '../engine/contract';
import { anglesOf, EXACT_ROWS, normsOf } from '../engine/statistics';
import { type Calibrated, FULL } from './calibrated';
import type { NormsReport } from './contract';
import { observe } from './statics';
import { layOutWindows } from './windows';

/**
 * Update norms of every unit and the angles between the ends of every span of blocks, one pass of the full model. Quantiles
 * are exact while every row's numbers can be kept, else from histograms; the report says which. Throws `not-finite`.
 */
export async function measureNorms({ engine, windows, tokens }: Calibrated, options: RunOptions): Promise<NormsReport> {
  // Spans need the input of every block at once: shorter trees, each of which takes one pass.
  const rows = Math.min(engine.maxRows, engine.rowsWithin(engine.memory().budget, { angles: true }));
  const statistics = await observe(engine, layOutWindows(windows, rows), FULL, {
    ...options,
    statistics: tokens <= EXACT_ROWS ? 'rows' : 'histograms',
    angles: true,
  });
  return { tokens, ...normsOf(statistics), angles: anglesOf(statistics) };
}
