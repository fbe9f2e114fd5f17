import { type Branch, FULL } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { anglesOf, spanAngles } from '../../engine/observers/angles';
import { EXACT_ROWS, normsOf } from '../../engine/observers/statistics';
import { type Detail, unitStatistics } from '../../engine/observers/units';
import type { NormsReport } from '../contract';
import type { Calibrated } from './calibrated';
import { checkStatistics, observe } from './statics';
import { layOutWindows } from './windows';

/**
 * Update norms of every unit and the angles between the ends of every span of blocks, one pass of the full model. Quantiles
 * are exact while every row's numbers can be kept, else from histograms; the report says which. Throws `not-finite`.
 */
export async function measureNorms(on: Calibrated, options: RunOptions): Promise<NormsReport> {
  const { statistics, angles } = await observeSpans(on, FULL, on.tokens <= EXACT_ROWS ? 'rows' : 'histograms', options);
  return { tokens: on.tokens, ...normsOf(statistics), angles };
}

/** `NormsReport.angles` of another branch. Throws `not-finite`. */
export async function measureAngles(on: Calibrated, branch: Branch, options: RunOptions): Promise<number[][]> {
  return (await observeSpans(on, branch, 'sums', options)).angles;
}

/** Spans need the input of every block at once: shorter trees, each of which takes one pass. */
async function observeSpans({ engine, windows }: Calibrated, branch: Branch, detail: Detail, options: RunOptions) {
  const room = engine.rowsWithin(engine.memory().budget, [unitStatistics('histograms'), spanAngles]);
  const trees = layOutWindows(windows, Math.min(engine.maxRows, room));
  const [statistics, spans] = await observe(engine, trees, branch, [unitStatistics(detail), spanAngles], options);
  checkStatistics(statistics, branch);
  return { statistics, angles: anglesOf(spans) };
}
