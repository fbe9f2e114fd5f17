import type { EvalReport } from '../../lab/contract';
import { whole } from './format';

/** What is counted as right, in words; in code and in the field it has the name on the left. */
const SCORE_WORDS: Readonly<Record<string, string>> = {
  acc: 'likeliest choice',
  acc_norm: 'likeliest choice for its length',
  exact: 'exact words',
  'strict-match': 'answer in the form asked for',
  'flexible-extract': 'last number written',
  perplexity: 'perplexity',
  perplexity_by_window: 'perplexity, mean of windows',
};

export const scoreWords = (metric: string): string => SCORE_WORDS[metric] ?? metric;

type Asked = Pick<EvalReport, 'available' | 'seed' | 'failed' | 'results'>;

/** Items on which a model's numbers were not finite count nowhere, and were asked all the same. */
export const itemsAsked = ({ results, failed }: Pick<EvalReport, 'results' | 'failed'>): number =>
  (results[0]?.n ?? 0) + (failed?.[0] ?? 0);

/** "all 200 items", "random 40 of 200 items, seed 1", "first 40 of 200 items": 40 of them are not like 40 others. */
export function subsetWords(report: Asked): string {
  const asked = itemsAsked(report);
  const { available, seed } = report;
  if (asked >= available) return `all ${whole(available)} items`;
  return seed === undefined
    ? `first ${whole(asked)} of ${whole(available)} items`
    : `random ${whole(asked)} of ${whole(available)} items, seed ${seed}`;
}

/** The same of what was asked for: "random 40 items, seed 1", "first 40 items", "all items". */
export function chosenWords({ limit, seed }: { readonly limit?: number; readonly seed?: number }): string {
  if (limit === undefined) return 'all items';
  return seed === undefined ? `first ${whole(limit)} items` : `random ${whole(limit)} items, seed ${seed}`;
}

/** Two significant digits are all that an estimate deserves: `10,000` for 10,196. */
const roughly = (n: number): string => whole(Number(n.toPrecision(2)));

/** "cannot be told apart with 200 items (about 10,000 would be needed)"; nothing where the items are enough. */
export function tooFewWords({ tooFew, results }: Pick<EvalReport, 'tooFew' | 'results'>): string | undefined {
  if (!tooFew) return undefined;
  const what = results.length > 1 ? 'apart' : 'from guessing';
  return `cannot be told ${what} with ${whole(results.at(-1)!.n)} items (about ${roughly(tooFew.needed)} would be needed)`;
}
