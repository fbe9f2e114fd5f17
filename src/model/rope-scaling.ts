/**
 * How the frequencies are stretched, by transformers' names (`modeling_rope_utils.py`). `scale`: what cosine and sine are
 * multiplied by.
 */
export type RopeScaling =
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalContext: number;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly originalContext: number;
      /** Turns over the original context from which on a pair is kept, and up to which it is stretched. */
      readonly betaFast: number;
      readonly betaSlow: number;
      /** The bounds between are rounded to whole pairs. */
      readonly truncate: boolean;
      readonly scale: number;
    }
  | {
      readonly type: 'longrope';
      /** What each pair's frequency is divided by, in texts of up to `originalContext` tokens and in longer ones. */
      readonly short: readonly number[];
      readonly long: readonly number[];
      readonly originalContext: number;
      readonly scale: number;
    };
