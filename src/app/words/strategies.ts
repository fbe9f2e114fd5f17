import type { Strategy } from '../../pruning/strategies';

/** A strategy as the page speaks of it. */
export interface StrategyWords {
  /** In a list. */
  readonly title: string;
  /** Behind the units, in a curve's name. */
  readonly name: string;
  /** Behind the metric it goes by, in that name. */
  readonly behind?: string;
  /** In a line, where there is room for one. */
  readonly hint: string;
  readonly about: string;
}

export const STRATEGY_WORDS: Readonly<Record<Strategy, StrategyWords>> = {
  'one-shot': {
    title: 'Lowest first',
    name: 'lowest first',
    hint: 'Measured once on the full model; the lowest go first',
    about:
      'Every unit is measured once on the full model; then the lowest go, one after the other, and last those that no number could be measured for.',
  },
  iterative: {
    title: 'Lowest, measured anew',
    name: 'measured anew',
    behind: ', measured anew',
    hint: 'Measured anew on what is left after each removal',
    about: 'After each removal the units that are left are measured again, and the lowest goes.',
  },
  greedy: {
    title: 'Greedy by loss',
    name: 'greedy by loss',
    hint: 'At each step the one whose removal leaves the lowest loss',
    about: 'At each step every removal is tried, and the one that leaves the lowest loss is kept.',
  },
  span: {
    title: 'Span of blocks',
    name: 'in a row',
    hint: 'Neighbouring blocks whose ends are closest in angle',
    about: 'For each number n, the n blocks in a row whose ends are closest in angle.',
  },
  random: {
    title: 'Random',
    name: 'random',
    hint: 'Drawn at random: what any choice should be better than',
    about: 'The mean of 20 random orders and their spread: the baseline that every other curve is held against.',
  },
  given: {
    title: 'As dropped by hand',
    name: 'by hand',
    hint: 'In the order in which they were dropped by hand',
    about: 'The layers dropped in the tower now, in the order in which they were dropped.',
  },
};

/** Strategies as what a list offers. */
export const strategyOptions = <S extends Strategy>(strategies: readonly S[]): { value: S; text: string }[] =>
  strategies.map((value) => ({ value, text: STRATEGY_WORDS[value].title }));
