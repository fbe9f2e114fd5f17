import * as v from 'valibot';
import { checkRow, placeOf } from './check-row';
import { logprobsOf } from './score-choices';
import type { Item, Task } from './task';

interface TextItem extends Item {
  readonly text: string;
  /** A window's tokens, once it has been cut. */
  readonly ids?: readonly number[];
}

const row = v.union([
  v.string(),
  v.pipe(
    v.object({ text: v.string() }),
    v.transform(({ text }) => text),
  ),
]);

/**
 * Perplexity of any text: exp of the mean NLL over all predicted tokens, in windows of a stated length without overlap.
 * `perplexity_by_window` is what the paper's code reports: the mean over windows of exp of each one's mean NLL.
 */
export const perplexity: Task<TextItem> = {
  name: 'perplexity',
  title: 'Perplexity',
  about: 'How well a text of your choice is predicted, token by token.',
  metrics: [
    { name: 'perplexity', kind: 'perplexity', per: 'tokens' },
    { name: 'perplexity_by_window', kind: 'mean' },
  ],
  chance: 0,
  defaultShots: 0,
  fewshot: 'none',
  item(found) {
    const text = checkRow(row, found.value);
    // Wikitext has rows that are empty.
    return text.trim() === '' ? undefined : { ...placeOf(found), text, gold: 0 };
  },
  cut: (items, { encode, window }) =>
    items.flatMap((item) => {
      const ids = encode(item.text);
      const windows: TextItem[] = [];
      for (let start = 0; start + 2 <= ids.length; start += window) {
        windows.push({ ...item, ids: ids.slice(start, start + window) });
      }
      return windows;
    }),
  requests: ({ ids }) => [{ kind: 'tokens', ids: ids! }],
  score(item, outcomes) {
    const [logprob] = logprobsOf(item, outcomes);
    const tokens = item.ids!.length - 1;
    const own = Math.exp(-logprob! / tokens);
    return {
      answer: own.toPrecision(4),
      correct: false,
      metrics: { perplexity: logprob!, tokens, perplexity_by_window: own },
    };
  },
  shown: ({ text, ids }) => ({
    question: `${text.slice(0, 200)}${text.length > 200 ? ' …' : ''} (${ids?.length ?? 0} tokens)`,
  }),
};
