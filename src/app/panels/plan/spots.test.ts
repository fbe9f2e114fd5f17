import { expect, it } from 'vitest';
import type { ModelReport, PlanPoint } from '../../../lab/contract';
import type { Curve } from '../../store/curves';
import { rankSpots, spotsOf } from './spots';

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
