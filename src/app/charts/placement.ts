/** Where values lie on the colour scale. Pure. */
import type { ScaleChoice } from '../store/influence';
import type { Anchors } from '../words/metrics';

/** Where values lie on the scale, and what to write beside it. */
export interface Placement {
  readonly kind: 'linear' | 'log';
  /** Its ends are those of the values shown, not the measure's. */
  readonly fitted: boolean;
  /** Amounts up to this are pale, whatever their sign: 0 on a linear scale. */
  readonly low: number;
  readonly high: number;
  /** The least value that the legend has to show: 0 where none is below. */
  readonly below: number;
  /** Place of a value in [-1, 1], its sign the value's; what lies outside is clamped. */
  place(value: number): number;
}

/** Decades of range from which a fitted scale is logarithmic: one large value would flatten all the others. */
const LOG_FROM = 1.3;
/** Decades of a fitted scale at most; smaller amounts are all pale. */
const LOG_DECADES = 4;

/** The placement for a set of values: as chosen where the measure has ends of its own, else fitted in the manner chosen. */
export function placementOf(
  values: readonly number[],
  { choice = 'own', anchors }: { choice?: ScaleChoice; anchors?: Anchors } = {},
): Placement {
  const sizes = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
  const most = sizes.length > 0 ? Math.max(...sizes) : 1;
  const least = sizes.length > 0 ? Math.min(...sizes) : 1;
  const negative = values.some((v) => v < 0 && Number.isFinite(v));
  const fitted = choice === 'own' || !anchors;
  const log = choice === 'own' ? sizes.length > 1 && Math.log10(most / least) > LOG_FROM : choice === 'log';
  if (!log) {
    const high = fitted ? most : anchors.linearTop;
    return { kind: 'linear', fitted, low: 0, high, below: negative ? -high : 0, place: (v) => clamp(v / high) };
  }
  const high = fitted ? most : anchors.top;
  const low = fitted ? Math.max(Math.min(least, high / 10), high / 10 ** LOG_DECADES) : anchors.floor;
  const span = Math.log(high / low);
  const place = (v: number) => (Math.abs(v) > low ? Math.sign(v) * clamp(Math.log(Math.abs(v) / low) / span) : 0);
  const deepest = Math.min(0, ...values.filter(Number.isFinite));
  return { kind: 'log', fitted, low, high, below: negative ? belowOf(deepest, low, high) : 0, place };
}

/** Where the legend ends below zero: a power of ten of the floor, so that its end is a round value and within the scale. */
function belowOf(deepest: number, low: number, high: number): number {
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(-deepest, low) / low) - 1e-9));
  return -Math.min(high, low * 10 ** decades);
}

const clamp = (t: number) => Math.min(1, Math.max(-1, t));
