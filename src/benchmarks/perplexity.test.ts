import { expect, test } from 'vitest';
import { figureOf } from './harness';
import { perplexity } from './perplexity';
import { readItems } from './read-items';

/** A token a letter. */
const encode = (text: string) => [...text].map((c) => c.charCodeAt(0));
const windowsOf = async (name: string, text: string, window: number) =>
  perplexity.cut!((await readItems(perplexity, [{ name, text }])).items, { encode, window });

test('a text is cut into windows without overlap; a last one that predicts nothing is left out', async () => {
  const read = async (text: string) =>
    (await windowsOf('x.txt', text, 4)).map((item) => {
      const [request] = perplexity.requests(item, []);
      return request?.kind === 'tokens' ? String.fromCharCode(...request.ids) : undefined;
    });
  expect(await read('one whole text')).toEqual(['one ', 'whol', 'e te', 'xt']);
  expect(await read('one whole')).toEqual(['one ', 'whol']);
});

test('rows of texts are texts of their own; empty ones are passed over', async () => {
  const rows = '{"text": "ab"}\n{"text": ""}\n"cd"\n';
  expect((await windowsOf('x.jsonl', rows, 8)).map((item) => item.line)).toEqual([1, 3]);
});

test('the mean goes over tokens; beside it stands what the mean over windows would say', async () => {
  const items = await windowsOf('x.txt', 'abcdefg', 5);
  // Four tokens at 1 nat, one at 3 nats.
  const judged = [-4, -3].map((logprob, i) => ({ metrics: perplexity.score(items[i]!, [{ logprob }]).metrics }));
  const [overTokens, overWindows] = perplexity.metrics.map((metric) => figureOf(metric, judged).value);
  expect(overTokens).toBeCloseTo(Math.exp(7 / 5), 12);
  expect(overWindows).toBeCloseTo((Math.exp(1) + Math.exp(3)) / 2, 12);
});
