/** The strategies by name, in the order they are offered, and what tells one from another. How each goes: `strategy.ts`. */

export interface StrategyTraits {
  /** It goes by a metric, and needs one named. */
  readonly metric?: true;
  /** That metric is measured anew after each removal, not once on the full model. */
  readonly rescored?: true;
  /** It is of whole blocks, whatever unit is asked for. */
  readonly blocksOnly?: true;
  /** It draws random orders: its points are a mask of each draw. */
  readonly drawn?: true;
  /** Its order is the asker's own. */
  readonly ordered?: true;
  /** A point's mask contains that of the point before. */
  readonly nested: boolean;
}

export const STRATEGIES = {
  /** Ascending by a metric measured once on the full model; ties by index. */
  'one-shot': { metric: true, nested: true },
  /** The same metric measured anew on what is left after each removal. */
  iterative: { metric: true, rescored: true, nested: true },
  /** At each step the unit whose removal leaves the lowest loss. */
  greedy: { nested: true },
  /** n consecutive blocks whose ends are closest in angle, for each n. */
  span: { blocksOnly: true, nested: false },
  /** Random orders: a band, the baseline every curve is held against. */
  random: { drawn: true, nested: true },
  /** Units in the order given. */
  given: { ordered: true, nested: true },
} as const satisfies Readonly<Record<string, StrategyTraits>>;

export type Strategy = keyof typeof STRATEGIES;

export const STRATEGY_NAMES = Object.keys(STRATEGIES) as readonly Strategy[];

export const strategyTraits = (strategy: Strategy): StrategyTraits => STRATEGIES[strategy];
