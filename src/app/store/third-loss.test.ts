import { expect, it } from 'vitest';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import type { LossParts } from '../../pruning/paired-loss';
import { additive } from '../../recovery/module';
import type { Scored } from './losses';
import { startHistory } from './mask-history';
import { justOpened } from './open';
import type { Recovered } from './recovery';
import { type AppState, initialState } from './state';
import { standInsOf } from './third';
import { thirdLossOf } from './third-loss';

const mask = maskFromSublayers(4, [
  { block: 2, kind: 'attn' },
  { block: 2, kind: 'ffn' },
]);
const windows = (...nll: number[]): LossParts => ({ of: 'windows', nll, tokens: nll.map(() => 10) });
const scored = (nll: number[], of = mask): Scored => {
  const loss = nll.reduce((a, b) => a + b) / (10 * nll.length);
  const origin = { kind: 'here', adapter: 'test' } as const;
  return { loss, perplexity: Math.exp(loss), tokens: 33, mask: of, parts: windows(...nll), origin };
};

const page = (nll: number[], more: Partial<Recovered> = {}): AppState => ({
  ...initialState,
  machine: { status: 'ready' } as never,
  open: {
    ...justOpened({
      source: { kind: 'bundled' },
      report: { blocks: 4, attnParameters: [1, 1, 1, 1], ffnParameters: [1, 1, 1, 1] } as never,
      loaded: true,
    }),
    masks: startHistory(mask),
    full: scored([10, 10, 10], makeMask(4)),
    pruned: scored([14, 12, 16]),
    recovered: {
      ...{ mask, name: 'mean update', strength: 1, losses: [], applied: true },
      modules: [{ unit: { block: 2, kind: 'block' }, module: additive([1, 2]) }],
      scored: { ...scored(nll), strength: 1 },
      ...more,
    },
  },
});

it('a recovery that does more harm than good is called worse, with the share of the damage below zero', () => {
  expect(thirdLossOf(page([12, 11, 13]))).toMatchObject({ worse: false, undone: { share: expect.closeTo(0.5, 9) } });
  expect(thirdLossOf(page([15, 13, 17]))).toMatchObject({ worse: true, undone: { share: expect.closeTo(-0.25, 9) } });
});

it('nothing is said of a recovery that is not applied, or of its loss at another strength', () => {
  expect(thirdLossOf(page([12, 11, 13], { applied: false }))).toBeUndefined();
  expect(thirdLossOf(page([12, 11, 13], { strength: 0.5 }))).toBeUndefined();
});

it('what stands in for a block stands in for both of its layers', () => {
  expect([...standInsOf(page([12, 11, 13]))!]).toEqual([4, 5]);
  expect(standInsOf(page([12, 11, 13], { applied: false }))).toBeUndefined();
});
