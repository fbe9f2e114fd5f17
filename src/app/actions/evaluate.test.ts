import { expect, it, vi } from 'vitest';
import { type Mask, makeMask, maskFromSublayers } from '../../pruning/mask';
import type { Evaluation } from '../store/benchmarks';
import { setMask } from '../store/masks';
import { changeOpen, store } from '../store/store';
import { keepMask } from './evaluate';

vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab: {} }) }));

const A = maskFromSublayers(2, [{ block: 0, kind: 'attn' }]);
const B = maskFromSublayers(2, [{ block: 1, kind: 'ffn' }]);
const asked = (mask: Mask, available: number) =>
  ({ report: { results: [{}, {}], available }, items: [], masks: [makeMask(2), mask] }) as unknown as Evaluation;

it('a kept mask of which one task is run again keeps what it scored on the others', () => {
  setMask(A);
  changeOpen({ evaluations: { school: asked(A, 8), school_math: asked(A, 8) } });
  keepMask();
  changeOpen({ evaluations: { school: asked(B, 9), school_math: asked(B, 9) } });
  setMask(B);
  keepMask();
  setMask(A);
  changeOpen({ evaluations: { school: asked(A, 9), school_math: asked(B, 9) } });
  keepMask();
  const kept = store.getState().open.kept.find((k) => k.mask.dropped[0]!.kind === 'attn')!;
  const each = Object.entries(kept.results).map(([task, { report }]) => [task, report.available]);
  expect(each).toEqual([
    ['school', 9],
    ['school_math', 8],
  ]);
});
