import { expect, test } from 'vitest';
import { accuracyOf } from '../../../benchmarks/statistics';
import { makeMask } from '../../../pruning/mask';
import type { Tried } from '../../store/shelf';
import { askedWords, compareKept } from './asked';

const report = {
  ...{ task: 'school', about: '', metric: 'acc', shots: 0, chance: 0.25, seed: 3 },
  results: [accuracyOf(6, 8), accuracyOf(4, 8)],
  ...{ metrics: {}, available: 300, truncated: 0, unreadable: 0, problems: [], bos: false, chat: false },
  ...{ dataSha256: `1f9ac02b${'0'.repeat(56)}`, partial: false },
};
const origin = { kind: 'here', adapter: 'a' } as const;
const kept = (block: number, part: Partial<typeof report> & { failed?: number[] } = {}): Tried => ({
  mask: { ...makeMask(8), dropped: [{ block, kind: 'attn' }] },
  pinned: true,
  results: { school: { report: { ...report, ...part }, origin } },
});

test.each([
  ['shots', { shots: 5 }],
  ['seed', { seed: 4 }],
  ['limit', { results: [accuracyOf(6, 9), accuracyOf(4, 9)] }],
  ['data', { dataSha256: '2'.repeat(64) }],
  ['chat template', { chat: true }],
])('masks asked with another %s share no bars', (_, part) => {
  const [a, b, c] = [kept(1), kept(2, part), kept(3)];
  const [compared] = compareKept([a, b, c]);
  expect(compared!.masks).toEqual([a, c]);
  expect(compared!.others).toEqual([b]);
});

test('items that failed were asked, and the seed of all items chooses nothing', () => {
  const failed = kept(2, { results: [accuracyOf(6, 7), accuracyOf(4, 7)], failed: [1, 1] });
  expect(compareKept([kept(1), failed])[0]!.others).toEqual([]);
  expect(compareKept([kept(1, { available: 8 }), kept(2, { available: 8, seed: 9 })])[0]!.others).toEqual([]);
});

test('what was asked is said in words', () => {
  expect(askedWords(report)).toBe('random 8 of 300 items, seed 3, 0 shots, data 1f9ac02b');
  expect(askedWords({ ...report, seed: undefined, bos: true })).toBe(
    'first 8 of 300 items, 0 shots, BOS, data 1f9ac02b',
  );
  expect(askedWords({ ...report, available: 8 })).toBe('all 8 items, 0 shots, data 1f9ac02b');
});
