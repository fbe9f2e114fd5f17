import { expect, test } from 'vitest';
import { budgetWords, fewWays } from './plan';

test('a goal is said in words', () => {
  expect(budgetWords([{ of: 'kv', by: 0.33 }])).toBe('that saves 33% of the KV cache');
  expect(
    budgetWords([
      { of: 'params', by: 0.125 },
      { of: 'kv', by: 0.33 },
      { of: 'loss', by: 0.1 },
    ]),
  ).toBe('that saves 12.5% of the parameters and 33% of the KV cache, with at most 0.1 nats more');
  expect(budgetWords([{ of: 'loss', by: 0.1 }])).toBe('with at most 0.1 nats more');
});

test('of many ways to one mask three are named, each once', () => {
  expect(fewWays([{ by: 'programme' }, { by: 'programme' }])).toBe('the integer programme');
  expect(
    fewWays([{ by: 'programme' }, { by: 'one-shot', metric: 'l1' }, { by: 'greedy' }, { by: 'span' }, { by: 'every' }]),
  ).toBe('the integer programme; lowest first, by L1; greedy by loss; and 2 more');
});
