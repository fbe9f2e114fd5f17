import { expect, it } from 'vitest';
import type { ModelReport, PlanPoint } from '../../../lab/contract';
import { maskFromSublayers } from '../../../pruning/mask';
import type { Curve } from '../../store/curves';
import { isInTower, rankSpots, spotsOf } from './spots';

const model = {
  ...{ blocks: 2, parameters: 100, attnParameters: [10, 10], ffnParameters: [20, 20] },
  ...{ vocabulary: 4, width: 5, context: 8, weightBytes: 200, kvBytesPerTokenPerBlock: 4 },
} as never as ModelReport;
const curve = (block: number, text: string, added: number): Curve =>
  ({
    ...{ id: block, text, request: {} },
    report: {
      ...{ strategy: 'greedy', unit: 'attn' },
      points: [
        { removed: 0, loss: 1, dropped: [] },
        { removed: 1, loss: 1 + added, dropped: [{ block, kind: 'attn' }] },
      ],
    },
  }) as never;
const budgets = [
  { of: 'params', by: 0.05 },
  { of: 'loss', by: 0.1 },
] as const;

it('what was measured on another text is not ranked among these, and locked layers are never offered', () => {
  const curves = [curve(0, 'stories', 0.2), curve(1, 'stories', 0.05), curve(1, 'code', 0.01)];
  const ranked = (locked = []) => rankSpots(budgets, spotsOf(undefined, curves, model, locked, 'stories'));
  expect(ranked().map(({ added }) => added)).toEqual([expect.closeTo(0.05), expect.closeTo(0.2)]);
  expect(ranked([{ block: 1, kind: 'attn' }] as never).map(({ dropped }) => dropped[0]!.block)).toEqual([0]);
});

it('the plan’s best stands first, though by chance another costs less where it is judged', () => {
  const point = (block: number, loss: number) =>
    ({
      ...{ ways: [{ by: 'swaps' }], pick: [block], dropped: [{ block, kind: 'ffn' }], loss, chosen: loss, sum: 0 },
      saved: { params: 0.2, kv: 0, time: 0.2, memory: 0.1 },
    }) as PlanPoint;
  const points = [{ ...point(0, 1), dropped: [], ways: [] }, point(0, 1.09), point(1, 1.05)];
  const report = { points, best: 1 };
  const plan = { report, text: 'stories', origin: { kind: 'here', adapter: '' } } as never;
  const [first, second] = rankSpots(budgets, spotsOf(plan, [], model, [], 'stories'));
  expect(first!.plan!.best).toBe(true);
  expect(second!.added).toBeCloseTo(0.05);
});

it('of one mask with and without something in its place, only what stands there is in the tower', () => {
  const dropped = [{ block: 0, kind: 'ffn' as const }];
  const modules = [{ unit: dropped, rank: 0 }];
  const point = { ways: [{ by: 'swaps' }], pick: [0], dropped, loss: 1, chosen: 1, sum: 0, saved: {} };
  const points = [{ ...point, dropped: [] }, point, { ...point, pick: [1], modules }];
  const report = { points, best: 2, modules: [{ unit: { kind: 'ffn', block: 0 }, module: {} }] };
  const plan = { report, text: 'stories', origin: { kind: 'here', adapter: '' } } as never;
  const [, plain, mended] = spotsOf(plan, [], model, [], 'stories');
  const mask = maskFromSublayers(2, dropped);
  const stands = (third?: object) => [plain, mended].map((spot) => isInTower(spot!, mask, third as never));
  expect(stands()).toEqual([true, false]);
  expect(stands(report)).toEqual([false, true]);
  // Something else that was fitted for the same mask is neither.
  expect(stands({ modules: [] })).toEqual([false, false]);
});
