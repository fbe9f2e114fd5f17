import type { FitOrder, RecoveryMethod } from '../../lab/contract';

/** What may stand in for a dropped layer, as the page speaks of it. */
export const METHOD_WORDS: Readonly<
  Record<
    RecoveryMethod,
    { readonly title: string /** Within a sentence. */; readonly name: string; readonly about: string }
  >
> = {
  mean: {
    title: 'Mean update',
    name: 'mean update',
    about: 'The mean of what the layer added, at every position: the paper’s emulated update. One vector a layer.',
  },
  linear: {
    title: 'Linear map',
    name: 'linear map',
    about: 'A linear map of what the layer read, of a rank you choose, in closed form.',
  },
  merged: {
    title: 'Merged map',
    name: 'merged map',
    about:
      'Nothing new is added: what the last kept layer below adds goes through a linear map, which fits into its weights in any model.',
  },
  diagonal: {
    title: 'Per channel',
    name: 'line per channel',
    about: 'Each channel of the stream by a line of its own: two vectors a layer.',
  },
  scale: {
    title: 'Scale',
    name: 'scale',
    about: 'One number: how much larger the stream is behind the layer than before it.',
  },
};

export const FIT_WORDS: Readonly<Record<FitOrder, string>> = {
  sequential: 'one after the other, each in the model recovered below it',
  full: 'all in the full model',
  corrected: 'one after the other, back to the full model',
};

/** Of a recovery that does more harm than good, wherever one is shown. */
export const WORSE_THAN_REMOVAL = 'worse than plain removal';

/** "mean update", "linear map of rank 8"; of a plan, which may have chosen several. */
export const recoveryName = (method: string, rank?: number): string => {
  if (method === 'plan') return 'planned stand-in';
  const name = Object.hasOwn(METHOD_WORDS, method) ? METHOD_WORDS[method as RecoveryMethod].name : method;
  return rank === undefined ? name : `${name} of rank ${rank}`;
};
