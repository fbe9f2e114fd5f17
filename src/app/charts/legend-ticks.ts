import { short } from '../words/format';
import type { Placement } from './placement';

/** A value beside a legend, and how far along it from 0 to 1. */
export interface LegendTick {
  readonly at: number;
  readonly text: string;
}

/** Where a legend begins on the scale, in [-1, 0]: below zero where there is something to show. */
export const legendStart = ({ below, place }: Placement): number => place(below);

/** What to write along a legend: its ends, where zero is, and the middle of what is above. */
export function legendTicks(placement: Placement): LegendTick[] {
  const { kind, low, high, below } = placement;
  const start = legendStart(placement);
  const at = (t: number) => (t - start) / (1 - start);
  const zero = kind === 'log' ? `${below < 0 ? '±' : '≤ '}${round(low)}` : '0';
  const middle = kind === 'log' ? Math.sqrt(low * high) : high / 2;
  return [
    ...(below < 0 ? [{ at: 0, text: round(below) }] : []),
    { at: at(0), text: zero },
    { at: at(0.5), text: round(middle) },
    { at: 1, text: round(high) },
  ];
}

/** Round values without their last zeros; others as they are written elsewhere. */
const round = (value: number): string => {
  const plain = String(Number(value.toPrecision(3)));
  return plain.length <= 6 ? plain.replace('-', '−') : short(value);
};

/** What a legend says of its scale's kind. */
export const scaleWords = (kind: Placement['kind']): string => (kind === 'log' ? 'logarithmic' : 'linear');
