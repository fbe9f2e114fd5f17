/** What walks come to, counted before they are made. Pure. */
import { type Branch, compareBranches, distinct, parting, runs } from '../../engine/branch';
import type { Cost, ModelReport } from '../contract';

/** Work that adds up. */
export interface Work {
  /** Passes of the full model's layers; what branches share counts once. */
  readonly passes: number;
  /** Tokens that go through all layers: those of every pass. */
  readonly tokens: number;
  /** Tokens whose logits are computed. */
  readonly scored: number;
  /** Times all weights are gone through. */
  readonly readings: number;
}

/** What is walked over. */
export interface Ground {
  /** Of each sublayer, by its index: its share of what all of them compute. They sum to 1. */
  readonly shares: readonly number[];
  /** Tokens of one pass, and those of them whose logits are read. */
  readonly tokens: number;
  readonly scored: number;
  /** Tokens that are walked at a time. */
  readonly rows: number;
}

export const NO_WORK: Work = { passes: 0, tokens: 0, scored: 0, readings: 0 };

export const plus = (a: Work, b: Work): Work => ({
  passes: a.passes + b.passes,
  tokens: a.tokens + b.tokens,
  scored: a.scored + b.scored,
  readings: a.readings + b.readings,
});

export const times = (n: number, { passes, tokens, scored, readings }: Work): Work => ({
  passes: n * passes,
  tokens: n * tokens,
  scored: n * scored,
  readings: n * readings,
});

/** One walk of some branches over the ground; equal ones are walked once. */
export function walkWork({ shares, tokens, scored, rows }: Ground, branches: readonly Branch[]): Work {
  if (branches.length === 0) return NO_WORK;
  const { passes, distinct } = sharedPasses(shares, branches);
  return { passes, tokens: passes * tokens, scored: distinct * scored, readings: Math.ceil(tokens / rows) };
}

/**
 * Passes of branches that walk together: each sublayer counts once for all that agree on it and on all below. In order, a
 * branch has in common with those before it what it has in common with its neighbour.
 */
export function sharedPasses(
  shares: readonly number[],
  branches: readonly Branch[],
): { passes: number; distinct: number } {
  const from = [...shares, 0]; // the share of a sublayer and of all above it
  for (let s = shares.length - 1; s >= 0; s--) from[s] = shares[s]! + from[s + 1]!;
  const ordered = distinct(branches).sort(compareBranches);
  let passes = 0;
  for (const [i, branch] of ordered.entries()) {
    const start = i === 0 ? 0 : parting(ordered[i - 1]!, branch);
    passes += from[start]!;
    for (const [s, step] of branch.left) if (s >= start && !runs(step)) passes -= shares[s]!;
  }
  return { passes, distinct: ordered.length };
}

/** Walks added up. Branches whose loss is known from an earlier one are not walked again. */
export class Walks {
  work = NO_WORK;
  readonly #known = new Map<Ground, Set<string>>();

  /** For the losses of branches. */
  losses(ground: Ground, branches: readonly Branch[]): void {
    const known = this.#known.get(ground) ?? new Set();
    this.#known.set(ground, known);
    const missing = distinct(branches.filter(({ key }) => !known.has(key)));
    for (const { key } of missing) known.add(key);
    this.add(walkWork(ground, missing));
  }

  add(work: Work): void {
    this.work = plus(this.work, work);
  }
}

type Sizes = Pick<ModelReport, 'attnParameters' | 'ffnParameters' | 'vocabulary' | 'width' | 'weightBytes'>;

/** Each sublayer's share of a pass. */
export function sharesOf({ attnParameters, ffnParameters }: Sizes): number[] {
  const parameters = attnParameters.flatMap((attn, block) => [attn, ffnParameters[block]!]);
  const all = parameters.reduce((sum, n) => sum + n, 0);
  return parameters.map((n) => n / all);
}

/** Floating-point operations: two for each parameter and token. What attention adds with a text's length is left out. */
export function operationsOf({ tokens, scored }: Pick<Work, 'tokens' | 'scored'>, model: Sizes): number {
  const layers = [...model.attnParameters, ...model.ffnParameters].reduce((sum, n) => sum + n, 0);
  return 2 * (tokens * layers + scored * model.vocabulary * model.width);
}

/** Work on a model, at so many operations a second. */
export const costOf = (work: Work, model: Sizes, rate: number): Cost => ({
  passes: work.passes,
  bytes: work.readings * model.weightBytes,
  seconds: operationsOf(work, model) / rate,
});
