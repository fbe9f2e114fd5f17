/** What a plan is to reach, and how far a mask goes towards it. Pure. */

import { type Sublayer, UNIT_KINDS, type UnitKind, unitsOf } from '../model/units';
import { maskFromSublayers } from './mask';
import { type SublayerSizes, savingsOf } from './savings';

/** What may be saved, and the kind of unit that is dropped to save it. */
export const SAVINGS = {
  /** The KV cache of every attention counts the same. */
  cache: { unit: 'attn' },
  parameters: { unit: 'sublayer' },
  blocks: { unit: 'block' },
} as const satisfies Readonly<Record<string, { readonly unit: UnitKind }>>;

/** Whether dropping units of a kind saves any of it. */
export const canSave = (saves: Saving, unit: UnitKind): boolean =>
  saves === 'parameters' || (saves === 'blocks' ? unit === 'block' : UNIT_KINDS[unit].kinds.some((k) => k === 'attn'));

export type Saving = keyof typeof SAVINGS;
export const SAVING_NAMES = Object.keys(SAVINGS) as readonly Saving[];

export interface Goal {
  readonly saves: Saving;
  /** Of the full model's, 0 to 1. */
  readonly share: number;
  /** Nats per token that the loss may rise; without it, any. */
  readonly atMost?: number;
}

/** Shares met but for rounding are met. */
const ROUNDING = 1e-9;

/** The share that goes with the dropped sublayers, 0 to 1. */
export function shareSaved(dropped: readonly Sublayer[], saves: Saving, sizes: SublayerSizes): number {
  const blocks = sizes.attnParameters.length;
  const mask = maskFromSublayers(blocks, dropped);
  if (saves === 'blocks') {
    const has = (block: number, kind: Sublayer['kind']) =>
      mask.dropped.some((s) => s.block === block && s.kind === kind);
    const whole = Array.from({ length: blocks }, (_, b) => UNIT_KINDS.block.kinds.every((kind) => has(b, kind)));
    return blocks > 0 ? whole.filter(Boolean).length / blocks : 0;
  }
  const { parameterFraction, kvFraction } = savingsOf(mask, sizes);
  return saves === 'cache' ? kvFraction : parameterFraction;
}

export const saves = (goal: Goal, dropped: readonly Sublayer[], sizes: SublayerSizes): boolean =>
  shareSaved(dropped, goal.saves, sizes) >= goal.share - ROUNDING;

/**
 * Removals after which the goal is met whatever was chosen: what a strategy has to go through. All of the units where
 * even those do not suffice.
 */
export function stepsFor(goal: Goal, sizes: SublayerSizes): number {
  const shares = unitsOf(sizes.attnParameters.length, SAVINGS[goal.saves].unit)
    .map((own) => shareSaved(own, goal.saves, sizes))
    .sort((a, b) => a - b);
  let [share, steps] = [0, 0];
  while (steps < shares.length && share < goal.share - ROUNDING) share += shares[steps++]!;
  return steps;
}

/** A mask that some way of choosing came to. */
export interface Candidate {
  readonly dropped: readonly Sublayer[];
  /** Nats per token more than the full model's. */
  readonly added: number;
}

/**
 * Those that save enough, the cheapest first, one for each set of sublayers; those above the limit, and those whose loss
 * is not finite, come last.
 */
export function rankCandidates<C extends Candidate>(goal: Goal, all: readonly C[], sizes: SublayerSizes): C[] {
  const cost = ({ added }: Candidate) => (Number.isFinite(added) ? added : Number.POSITIVE_INFINITY);
  const name = ({ dropped }: Candidate) =>
    dropped
      .map((s) => `${s.block}${s.kind}`)
      .sort()
      .join();
  const seen = new Set<string>();
  return all
    .filter(({ dropped }) => saves(goal, dropped, sizes))
    .sort((a, b) => cost(a) - cost(b) || a.dropped.length - b.dropped.length)
    .filter((one) => !seen.has(name(one)) && seen.add(name(one)));
}

/** Whether a candidate stays within what the loss may rise. */
export const isWithin = ({ atMost }: Goal, { added }: Candidate): boolean => atMost === undefined || added <= atMost;
