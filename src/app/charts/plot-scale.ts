import { fixed } from '../words/format';
import { niceTicks } from './nice-ticks';

/** Values along one side of a chart. */
export interface Scale {
  readonly kind: 'linear' | 'log' | 'symlog';
  readonly low: number;
  readonly high: number;
  /** Round values to write beside the axis. */
  readonly ticks: readonly number[];
  /** Place of a value from 0, the low end, to 1. Beyond the ends it goes on; on a logarithmic scale from zero down it is the low end. */
  at(value: number): number;
}

/** Values closer together than this, relative to their size, are one: what parts them is rounding, and no axis can show it. */
const SAME = 1e-9;
/** Room left beyond the outermost values, as a share of the span. */
const ROOM = 0.04;

const finite = (values: Iterable<number>): number[] => [...values].filter(Number.isFinite);

/** A linear scale that holds all finite values; from zero where `zero` says so, with a little room at the ends elsewhere. */
export function linearScale(values: Iterable<number>, { zero = false, steps = 4, room = ROOM } = {}): Scale {
  const all = finite(values);
  if (zero || all.length === 0) all.push(0);
  let low = Math.min(...all);
  let high = Math.max(...all);
  if (high - low <= SAME * Math.abs(high)) {
    [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  }
  const spare = room * (high - low);
  if (low !== 0) low -= spare;
  if (high !== 0) high += spare;
  return { kind: 'linear', low, high, ticks: niceTicks(low, high, steps), at: (v) => (v - low) / (high - low) };
}

/** A logarithmic scale that holds all positive values. */
export function logScale(values: Iterable<number>): Scale {
  const positive = finite(values).filter((v) => v > 0);
  const [least, most] = positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [1, 10];
  // A decade of hardly any width would have no tick in it.
  const stretch = Math.max(1.05, (most / least) ** ROOM);
  const [low, high] = [least / stretch, most * stretch];
  const span = Math.log(high / low);
  return { kind: 'log', low, high, ticks: logTicks(low, high), at: (v) => (v > 0 ? Math.log(v / low) / span : 0) };
}

/** Powers of ten, with 2 and 5 times them over few decades; over less than one, plain round values. */
function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  if (decades < 0.7) return niceTicks(low, high);
  const steps = decades < 2.2 ? [1, 2, 5] : [1];
  // Over many decades every second or third power, so that they do not run into each other.
  const stride = Math.max(1, Math.ceil(decades / 6));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low) / stride) * stride; 10 ** power <= high; power += stride) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(6));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** Decades between ticks of a symmetric logarithmic axis at most, on either side of zero. */
const MOST_DECADES = 4;

/**
 * A scale that is logarithmic on either side of zero and even about it: amounts up to about `floor` are told apart evenly,
 * so that what is tiny neither vanishes nor fills the chart, and what is below zero has its own room. Zero is always on it.
 */
export function symlogScale(values: Iterable<number>, floor: number): Scale {
  const all = finite(values);
  const place = (v: number) => Math.sign(v) * Math.log10(1 + Math.abs(v) / floor);
  const value = (t: number) => Math.sign(t) * floor * (10 ** Math.abs(t) - 1);
  let low = Math.min(0, ...all.map(place));
  let high = Math.max(0, ...all.map(place));
  if (high === low) high = place(10 * floor);
  const spare = ROOM * (high - low);
  if (low < 0) low -= spare;
  if (high > 0) high += spare;
  const at = (v: number) => (place(v) - low) / (high - low);
  const inside = (v: number) => at(v) >= -SAME && at(v) <= 1 + SAME;
  // From ten times the floor up: nearer to zero the scale is not yet logarithmic.
  const first = Math.ceil(Math.log10(floor) + 1 - SAME);
  const decades = Math.ceil(Math.max(high, -low));
  const powers = Array.from({ length: decades }, (_, i) => Number((10 ** (first + i)).toPrecision(6)));
  const shown = powers.filter((p) => inside(p) || inside(-p));
  const stride = Math.ceil(shown.length / MOST_DECADES);
  const thinned = shown.filter((_, i) => i % stride === 0);
  const ticks = [...thinned.map((p) => -p).reverse(), 0, ...thinned].filter(inside);
  return { kind: 'symlog', low: value(low), high: value(high), ticks, at };
}

/** Writes an axis's values with as many decimals as its ticks need: all of them on a linear scale, each by itself on a logarithmic one. */
export function tickWriter({ kind, ticks }: Scale): (value: number) => string {
  const needed = (tick: number) => (String(Number(tick.toPrecision(6))).split('.')[1] ?? '').length;
  const most = Math.min(6, Math.max(0, ...ticks.map(needed)));
  if (kind === 'linear') return (value) => fixed(value, most);
  return (value) => {
    const size = Math.abs(value);
    return size >= 1e5 || (size < 0.001 && size > 0) ? power(value) : fixed(value, needed(value));
  };
}

/** With all its digits, so that no two ticks read alike: `5e−4`, `2.5e5`. */
const power = (value: number) => Number(value.toPrecision(6)).toExponential().replaceAll('-', '−').replace('+', '');
