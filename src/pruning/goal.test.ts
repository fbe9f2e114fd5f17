import { expect, test } from 'vitest';
import { parseDropList } from './drop-list';
import { canSave, isWithin, rankCandidates, saves, shareSaved, stepsFor } from './goal';

/** Four blocks; feed-forward weighs twice what attention does, and a fifth of the whole lies outside the blocks. */
const sizes = {
  parameters: 150,
  attnParameters: [10, 10, 10, 10],
  ffnParameters: [20, 20, 20, 20],
  kvBytesPerTokenPerBlock: 64,
};

test('shares are of the whole model’s', () => {
  expect(shareSaved(parseDropList('attn:0,2'), 'cache', sizes)).toBe(0.5);
  expect(shareSaved(parseDropList('attn:0,ffn:0'), 'parameters', sizes)).toBeCloseTo(0.2);
  expect(shareSaved(parseDropList('attn:0,ffn:1'), 'blocks', sizes)).toBe(0);
  expect(shareSaved(parseDropList('block:3'), 'blocks', sizes)).toBe(0.25);
});

test('feed-forward layers have no cache, and none but blocks save blocks', () => {
  expect(canSave('cache', 'ffn')).toBe(false);
  expect(canSave('cache', 'block')).toBe(true);
  expect(canSave('blocks', 'sublayer')).toBe(false);
  expect(canSave('parameters', 'ffn')).toBe(true);
});

test('a strategy goes as far as the goal may need, and no further than there are units', () => {
  expect(stepsFor({ saves: 'cache', share: 1 / 3 }, sizes)).toBe(2);
  expect(stepsFor({ saves: 'cache', share: 0.5 }, sizes)).toBe(2);
  // Four attentions of 10 and one feed-forward of 20 are 60 of 150.
  expect(stepsFor({ saves: 'parameters', share: 0.4 }, sizes)).toBe(5);
  expect(stepsFor({ saves: 'parameters', share: 0.9 }, sizes)).toBe(8);
});

test('the cheapest that saves enough comes first, each mask once, what has no finite loss last', () => {
  const one = (drop: string, added: number) => ({ drop, dropped: parseDropList(drop), added });
  const goal = { saves: 'cache', share: 0.5, atMost: 0.1 } as const;
  const found = rankCandidates(
    goal,
    [
      one('attn:0,1', Number.NaN),
      one('attn:1', 0.01),
      one('attn:2,3', 0.3),
      one('attn:1,3', 0.05),
      one('attn:3,1', 0.05),
    ],
    sizes,
  );
  expect(found.map((c) => c.drop)).toEqual(['attn:1,3', 'attn:2,3', 'attn:0,1']);
  expect(found.map((c) => isWithin(goal, c))).toEqual([true, false, false]);
  expect(saves(goal, parseDropList('attn:1'), sizes)).toBe(false);
});
