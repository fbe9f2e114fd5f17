import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removalOrder } from './ranking';

// Cosine influence of blocks 0 to 31 on OpenWebText and the orders that follow, as published with the paper's code.
const LLAMA_2_7B =
  '0.40655 0.24990 0.14538 0.14624 0.15152 0.15010 0.14364 0.14199 0.13387 0.12874 0.12481 0.11314 0.10922 0.11000 0.10580 0.10590 0.10622 0.08393 0.07560 0.06369 0.06161 0.04661 0.04402 0.03651 0.03473 0.03079 0.03321 0.02987 0.03320 0.03373 0.06029 0.30719';
const LLAMA_2_7B_ORDER = '27 25 28 26 29 24 23 22 21 30 20 19 18 17 14 15 16 12 13 11 10 9 8 7 6 2 3 5 4 1 31 0';
const MISTRAL_7B =
  '0.41315 0.22294 0.18502 0.15421 0.15791 0.16194 0.15580 0.15514 0.14192 0.13151 0.12525 0.11694 0.11012 0.10614 0.11162 0.11074 0.10947 0.10528 0.10620 0.09696 0.07502 0.06127 0.04937 0.04654 0.04156 0.03952 0.03852 0.04080 0.05036 0.06017 0.06129 0.17413';
const MISTRAL_7B_ORDER = '26 25 27 24 23 22 28 29 21 30 20 19 17 13 18 16 12 15 14 11 10 9 8 3 7 6 4 5 31 2 1 0';

const numbers = (text: string) => text.split(' ').map(Number);

test.each([
  ['Llama-2-7B', LLAMA_2_7B, LLAMA_2_7B_ORDER],
  ['Mistral-7B-v0.1', MISTRAL_7B, MISTRAL_7B_ORDER],
])('%s gives the published removal order', (_, influence, order) => {
  expect(removalOrder(numbers(influence))).toEqual(numbers(order));
});

test('the first nine of Llama-2-7B are ShortGPT’s nine blocks', () => {
  const nine = removalOrder(numbers(LLAMA_2_7B)).slice(0, 9);
  expect(nine[0]).toBe(27);
  expect(nine.sort()).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29]);
});

test('the first seven of Mistral-7B are the first seven blocks of LLM-Drop’s mask; the eighth is not', () => {
  const published = [26, 25, 24, 27, 23, 22, 28, 21];
  const order = removalOrder(numbers(MISTRAL_7B));
  const set = (list: readonly number[], count: number) => new Set(list.slice(0, count));
  expect(set(order, 7)).toEqual(set(published, 7));
  // On another calibration text the eighth came out otherwise: 29 here, 21 there.
  expect([order[7], published[7]]).toEqual([29, 21]);
});

test('equal influence is ranked by index', () => {
  expect(removalOrder([1, 0, 1, 0, -1])).toEqual([4, 1, 3, 0, 2]);
  const few = fc.array(fc.constantFrom(-1, 0, -0, 0.5));
  fc.assert(
    fc.property(few, (influence) => {
      const order = removalOrder(influence);
      expect([...order].sort((a, b) => a - b)).toEqual(influence.map((_, i) => i));
      for (let i = 1; i < order.length; i++) {
        const [a, b] = [order[i - 1]!, order[i]!];
        expect(influence[a]! < influence[b]! || (influence[a] === influence[b] && a < b)).toBe(true);
      }
    }),
  );
});

test('units without a number go last, by index', () => {
  const { NaN: none, POSITIVE_INFINITY: infinite } = Number;
  expect(removalOrder([0.3, 0.1, none, 0.1, 0.2])).toEqual([1, 3, 4, 0, 2]);
  expect(removalOrder([infinite, 2, none, 1])).toEqual([3, 1, 0, 2]);
});

test('of some of the units, those are ranked, in whatever order they are named', () => {
  expect(removalOrder([0.3, 0.1, Number.NaN, 0.1, 0.2], [3, 2, 0])).toEqual([3, 0, 2]);
  expect(removalOrder([0.3, 0.1], [])).toEqual([]);
});

test('where no unit has a number none can be chosen', () => {
  expect(() => removalOrder([Number.NaN, 1], [0])).toThrow(expect.objectContaining({ code: 'not-finite' }));
  expect(() => removalOrder([Number.NaN, Number.NaN])).toThrow(expect.objectContaining({ code: 'not-finite' }));
});
