/** A curve's points as places on a chart, whichever quantities its sides show. Pure. */

import type { CurvePoint, ModelReport } from '../../../lab/contract';
import { type Sublayer, UNIT_NAMES, type UnitKind, unitsOf, unitTraits } from '../../../model/units';
import { maskFromSublayers } from '../../../pruning/mask';
import { savingsOf } from '../../../pruning/savings';
import { strategyTraits } from '../../../pruning/strategies';
import type { Curve } from '../../store/curves';
import { type BandKind, bandOf } from './band';

export type XAxis = 'units' | 'parameters' | 'cache' | 'time';
export type YAxis = 'loss' | 'perplexity' | 'accuracy';

/** A point of a curve on the chart. `y` is undefined where it was not finite. */
export interface Spot {
  readonly index: number;
  readonly point: CurvePoint;
  readonly x: number;
  readonly y: number | undefined;
  /** The same with what stands in for what is dropped, where that was measured. */
  readonly recovered?: number;
  /** 95% of an accuracy, or the spread of random orders. */
  readonly band?: readonly [low: number, high: number];
}

/** Those of a curve's points that both axes have a value for. Times are compared with the full model's, the first point. */
export function spotsOf(curve: Curve, model: ModelReport, x: XAxis, y: YAxis, band: BandKind): Spot[] {
  const { points } = curve.report;
  return points.flatMap((point, index) => {
    const at = xOf(curve, point, model, x);
    if (at === undefined || (y === 'accuracy' && !point.accuracy)) return [];
    return [{ index, point, x: at, ...heightOf(point, y, band) }];
  });
}

function heightOf(point: CurvePoint, axis: YAxis, kind: BandKind): Pick<Spot, 'y' | 'band' | 'recovered'> {
  if (axis === 'accuracy') {
    const { accuracy, recoveredAccuracy } = point;
    const recovered = recoveredAccuracy && { recovered: recoveredAccuracy.accuracy };
    return { y: accuracy?.accuracy, band: accuracy?.interval, ...recovered };
  }
  const read = axis === 'perplexity' ? Math.exp : (loss: number) => loss;
  const y = read(point.loss);
  const band = point.draws && bandOf(point.draws, kind);
  return {
    y: Number.isFinite(y) ? y : undefined,
    ...(point.recovered !== undefined && { recovered: read(point.recovered) }),
    ...(band && { band: [read(band[0]), read(band[1])] as const }),
  };
}

/** Units removed, shares of the model's parameters (0 to 1), KiB of KV cache a token saved, share of the time saved. */
export function xOf({ report, request }: Curve, point: CurvePoint, model: ModelReport, axis: XAxis) {
  switch (axis) {
    case 'units':
      return point.removed;
    case 'time': {
      const full = report.points[0]?.milliseconds;
      return full && point.milliseconds !== undefined ? 1 - point.milliseconds / full : undefined;
    }
    default: {
      // A point of random orders stands for all of them: what it saves is what they save on average.
      const random = strategyTraits(report.strategy).drawn;
      const units = random ? droppable(model.blocks, report.unit, request.locked) : [];
      const sublayers = random ? units.flat() : point.dropped;
      const share = random ? point.removed / Math.max(1, units.length) : 1;
      return share * savedBy(sublayers, model, axis);
    }
  }
}

/** What a set of sublayers saves, on an axis that needs no measuring. */
export function savedBy(dropped: readonly Sublayer[], model: ModelReport, axis: 'parameters' | 'cache'): number {
  const savings = savingsOf(maskFromSublayers(model.blocks, dropped), model);
  return axis === 'parameters' ? savings.parameterFraction : savings.kvBytesPerToken / 1024;
}

/** The units of a kind that may go: none of their sublayers is locked. */
export function droppable(blocks: number, unit: UnitKind, locked: readonly Sublayer[] = []): Sublayer[][] {
  const stays = (s: Sublayer) => locked.some((l) => l.block === s.block && l.kind === s.kind);
  return unitsOf(blocks, unit).filter((own) => !own.some(stays));
}

/**
 * How many units a mask drops as the curves count them: whole blocks where it is made of them and a curve of blocks is
 * there, else single sublayers where a curve's kind takes them all. Undefined where no curve counts such a mask.
 */
export function countAs(dropped: readonly Sublayer[], units: readonly UnitKind[]): number | undefined {
  const attn = dropped.filter((s) => s.kind === 'attn');
  const whole = attn.filter((a) => dropped.some((s) => s.kind === 'ffn' && s.block === a.block)).length;
  const fits = (unit: UnitKind) => {
    const { sublayers, kinds } = unitTraits(unit);
    if (sublayers === 2) return 2 * whole === dropped.length;
    return dropped.every((s) => kinds.includes(s.kind));
  };
  const unit = UNIT_NAMES.find((u) => units.includes(u) && fits(u));
  return unit && dropped.length / unitTraits(unit).sublayers;
}

/** From this ratio of the highest loss to the lowest an axis of losses is logarithmic. */
const EXPLODES = 3;

/** Whether losses run so far apart that the low ones lie flat on a linear axis. */
export function explodes(curves: readonly Curve[]): boolean {
  const losses = curves
    .flatMap((c) => c.report.points.flatMap((p) => [p.loss, p.recovered ?? p.loss]))
    .filter(Number.isFinite);
  return Math.max(...losses) > EXPLODES * Math.min(...losses);
}
