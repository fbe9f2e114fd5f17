import { expect, it } from 'vitest';
import type { UnitKind } from '../../../model/units';
import type { ClaimedCurves, Curve } from '../../store/curves';
import { claimedPoints } from './claimed';

const curve = (id: number, unit: UnitKind, strategy: string, steps: number) =>
  ({
    id,
    report: { strategy, unit, points: Array.from({ length: steps + 1 }, (_, removed) => ({ removed, loss: removed })) },
  }) as unknown as Curve;
const claim = (share: number, ...units: UnitKind[]): ClaimedCurves => ({ title: 'A claim', units, share });
const found = (curves: readonly Curve[], of: ClaimedCurves) =>
  claimedPoints(curves, 12, of).map(({ curve, point }) => [curve.id, point.removed]);

it('a claim is looked for on the newest curve of its units that was chosen one by one', () => {
  const curves = [curve(1, 'attn', 'greedy', 12), curve(2, 'attn', 'random', 12), curve(3, 'block', 'greedy', 12)];
  expect(found(curves, claim(1 / 3, 'attn'))).toEqual([[1, 4]]);
  expect(found([...curves, curve(4, 'attn', 'greedy', 12)], claim(1 / 3, 'attn', 'block'))).toEqual([
    [4, 4],
    [3, 4],
  ]);
});

it('a small share is one unit; a curve that does not go so far, or is not there, has no point', () => {
  const curves = [curve(1, 'block', 'greedy', 2)];
  expect(found(curves, claim(0.01, 'block'))).toEqual([[1, 1]]);
  expect(found(curves, claim(1 / 3, 'block', 'ffn'))).toEqual([]);
});
