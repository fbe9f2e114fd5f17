import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../model/units';
import { dropSublayers, makeMask, sameMask } from '../../pruning/mask';
import { record, startHistory, undo } from '../store/mask-history';
import { inUnits, lowestFirst, stepsTo } from './steps';

const never = () => false;

describe('an order of removal', () => {
  it('goes from the least important up, ties by index', () => {
    const order = lowestFirst(2, 'sublayer', [0.5, 0.1, 0.1, -1], never);
    expect(order.flat().map((s) => `${s.kind}${s.block}`)).toEqual(['ffn1', 'ffn0', 'attn1', 'attn0']);
  });

  it('never has a locked unit, and one without a number last', () => {
    const locked = (s: { block: number; kind: string }) => s.block === 1 && s.kind === 'ffn';
    expect(lowestFirst(4, 'block', [3, 0, Number.NaN, 1], locked).map((u) => u[0]!.block)).toEqual([3, 0, 2]);
    expect(lowestFirst(4, 'attn', [3, 0, 2, 1], locked).map((u) => u[0]!.block)).toEqual([1, 3, 2, 0]);
  });

  it('is the same again after it was a list of sublayers', () => {
    const units = unitsOf(3, 'block');
    expect(inUnits(units.flat(), 'block')).toEqual(units);
    expect(inUnits(unitsOf(3, 'attn').flat(), 'attn')).toEqual(unitsOf(3, 'attn'));
  });
});

describe('the steps to k', () => {
  const order = unitsOf(6, 'block');
  const first = (k: number) => dropSublayers(makeMask(6), ...order.slice(0, k).flat());

  it('are undone one unit at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), (k) => {
        let history = stepsTo(makeMask(6), order, k).reduce(record, startHistory(makeMask(6)));
        for (let left = k; left > 0; left--) {
          expect(sameMask(history.present, first(left))).toBe(true);
          history = undo(history);
        }
        expect(history.present.dropped).toEqual([]);
        expect(history.past).toEqual([]);
      }),
    );
  });

  it('go on from where the mask is on the way, up and down', () => {
    expect(stepsTo(first(2), order, 3).map((m) => m.dropped.length)).toEqual([6]);
    expect(stepsTo(first(3), order, 1).map((m) => m.dropped.length)).toEqual([4, 2]);
    expect(stepsTo(first(3), order, 3)).toEqual([]);
  });

  it('begin at the full model from any other mask', () => {
    const other = dropSublayers(makeMask(6), { block: 5, kind: 'ffn' });
    expect(stepsTo(other, order, 2)).toEqual([first(1), first(2)]);
  });
});
