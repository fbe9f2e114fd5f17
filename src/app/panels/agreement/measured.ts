/** Which metrics have been measured on the open model, side by side. Pure. */

import type { InfluenceMetric } from '../../../lab/contract';
import { type Sublayer, type UnitKind, unitsOf } from '../../../model/units';
import { METRIC_NAMES } from '../../../pruning/metrics';
import { type Again, influenceAgain } from '../../store/again';
import { type InfluenceReports, influenceIn, shownValues } from '../../store/influence';
import type { Origin } from '../../store/measured';
import { unitName } from '../../words/units';

/** A metric's values, and where they come from. */
export interface MeasuredMetric {
  readonly metric: InfluenceMetric;
  /** In the order of `unitsOf`; NaN where a value was not finite. */
  readonly values: readonly number[];
  readonly text: string;
  readonly tokens: number;
  readonly seed?: number;
  readonly origin: Origin;
  readonly again: Again;
}

/** Every metric that has a value for units of a kind, in the order they are offered. */
export function measuredMetrics(influence: InfluenceReports, unit: UnitKind): MeasuredMetric[] {
  return METRIC_NAMES.flatMap((metric) => {
    const found = influenceIn(influence, metric, unit);
    if (!found) return [];
    const { report, text, origin } = found;
    const from = { text, tokens: report.tokens, seed: report.sampling?.seed, origin, again: influenceAgain(found) };
    return [{ metric, values: shownValues(found), ...from }];
  });
}

/** A unit by its name and its sublayers: "attention 3", "block 7". */
export interface NamedUnit {
  readonly name: string;
  readonly sublayers: readonly Sublayer[];
}

export const namedUnits = (blocks: number, unit: UnitKind): NamedUnit[] =>
  unitsOf(blocks, unit).map((sublayers) => {
    const [{ block, kind }] = sublayers as [Sublayer];
    return { name: unitName(sublayers.length > 1 ? 'block' : kind, block), sublayers };
  });
