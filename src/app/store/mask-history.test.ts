import { describe, expect, it } from 'vitest';
import { dropSublayers, makeMask, restoreSublayers } from '../../pruning/mask';
import { amend, record, redo, startHistory, undo } from './mask-history';

const none = makeMask(4);
const one = dropSublayers(none, { block: 1, kind: 'attn' });
const two = dropSublayers(one, { block: 2, kind: 'ffn' });

describe('mask history', () => {
  it('goes back and forth through every step', () => {
    let h = record(record(startHistory(none), one), two);
    h = undo(h);
    expect(h.present).toEqual(one);
    h = undo(h);
    expect(h.present).toEqual(none);
    expect(undo(h)).toEqual(h);
    h = redo(redo(h));
    expect(h.present).toEqual(two);
    expect(redo(h)).toEqual(h);
  });

  it('forgets the undone steps after a new one', () => {
    const h = record(undo(record(startHistory(none), one)), two);
    expect(h.future).toEqual([]);
    expect(undo(h).present).toEqual(none);
  });

  it('makes no step of a change that changes nothing', () => {
    const h = startHistory(one);
    expect(record(h, dropSublayers(none, { block: 1, kind: 'attn' }))).toBe(h);
  });

  it('undoes a painted stroke at once', () => {
    const h = amend(record(startHistory(none), one), two);
    expect(h.present).toEqual(two);
    expect(undo(h).present).toEqual(none);
  });

  it('leaves no empty step behind a stroke that ends where it began', () => {
    const h = amend(record(startHistory(none), one), restoreSublayers(one, { block: 1, kind: 'attn' }));
    expect(h).toEqual(startHistory(none));
  });
});
