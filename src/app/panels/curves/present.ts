/** Where the tower's mask stands among the curves, and why where it cannot be said. Pure. */

import type { CurvePoint, ModelReport } from '../../../lab/contract';
import { type Mask, makeMask, sameMask } from '../../../pruning/mask';
import type { Evaluation } from '../../store/benchmarks';
import type { Curve } from '../../store/curves';
import { countAs, savedBy, type XAxis, xOf, type YAxis } from './axes';

/** The mask in force, on the chart's axes. */
export interface PresentPoint {
  readonly x: number;
  readonly y: number;
}

export interface PresentFacts {
  readonly mask: Mask;
  readonly model: ModelReport;
  readonly curves: readonly Curve[];
  /** Whether a curve was measured on the text in force, so that the mask's loss may stand beside its own. */
  isOnText(curve: Curve): boolean;
  /** Of the mask on the text in force, once it is known; and of the half of it that judges. */
  readonly loss?: number;
  readonly judgedLoss?: number;
  readonly evaluations: Readonly<Record<string, Evaluation>>;
}

/** The mask's place; a sentence where it has none; undefined where there is nothing to place, or its loss is on its way. */
export function presentOf(facts: PresentFacts, x: XAxis, y: YAxis): PresentPoint | string | undefined {
  const { mask, curves, loss, judgedLoss } = facts;
  if (mask.dropped.length === 0 || curves.length === 0) return undefined;
  const alike = curves.filter(y === 'accuracy' ? (c) => c.report.benchmark : facts.isOnText);
  if (y !== 'accuracy' && alike.length === 0) return 'This mask is not marked: no curve here is of the text in use.';
  const here = alike.every((c) => c.report.judged) ? judgedLoss : loss;
  const height = y === 'accuracy' ? accuracyOf(facts) : here;
  if (height === undefined) {
    if (y !== 'accuracy') return undefined;
    return 'This mask is not marked: it was not asked the items that a curve was. Run as many of them under Benchmarks.';
  }
  const place = placeOf(facts, alike, x);
  if (place === undefined) {
    return x === 'time'
      ? 'This mask is not marked: no curve has timed it.'
      : 'This mask is not marked: no curve here counts such units.';
  }
  return { x: place, y: y === 'perplexity' ? Math.exp(height) : height };
}

function placeOf({ mask, model, curves }: PresentFacts, alike: readonly Curve[], x: XAxis): number | undefined {
  if (x === 'units') return countAs(mask.dropped, [...new Set(alike.map((c) => c.report.unit))]);
  if (x !== 'time') return savedBy(mask.dropped, model, x);
  return through(mask, curves, (curve, point) => xOf(curve, point, model, 'time'));
}

/** What the mask has right: where a curve comes through it, or was asked the same items as a run of it under Benchmarks. */
function accuracyOf({ mask, curves, evaluations }: PresentFacts): number | undefined {
  const known = through(mask, curves, (_, point) => point.accuracy?.accuracy);
  if (known !== undefined) return known;
  for (const { report } of curves) {
    const { benchmark, points } = report;
    const run = benchmark && evaluations[benchmark.task];
    if (!run) continue;
    const { dataSha256, shots, seed, chat, results } = run.report;
    const of = (wanted: Mask) => results[run.masks.findIndex((m) => sameMask(m, wanted))];
    const [own, full] = [of(mask), of(makeMask(mask.blocks))];
    const same = dataSha256 === benchmark.dataSha256 && shots === benchmark.shots && seed === undefined && !chat;
    // The full model's count tells whether prompts began alike.
    const first = points[0]?.dropped.length === 0 ? points[0].accuracy : undefined;
    if (same && own?.n === benchmark.items && full && full.correct === first?.correct) return own.accuracy;
  }
  return undefined;
}

/** The first that is known of a point whose mask is this one. */
function through<T>(mask: Mask, curves: readonly Curve[], read: (curve: Curve, point: CurvePoint) => T | undefined) {
  const { blocks } = mask;
  for (const curve of curves) {
    for (const point of curve.report.points) {
      const found = sameMask(mask, { blocks, dropped: point.dropped }) ? read(curve, point) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
