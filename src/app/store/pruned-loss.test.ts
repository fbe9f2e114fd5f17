import { describe, expect, it } from 'vitest';
import type { ModelReport } from '../../lab/contract';
import { dropSublayers, makeMask } from '../../pruning/mask';
import type { Scored } from './losses';
import { record, startHistory } from './mask-history';
import { justOpened, type Open } from './open';
import { prunedLoss } from './pruned-loss';
import { type AppState, initialState } from './state';

const none = makeMask(4);
const one = dropSublayers(none, { block: 1, kind: 'attn' });
const two = dropSublayers(one, { block: 2, kind: 'ffn' });
const origin = { kind: 'here', adapter: 'test' } as const;
const scored = (mask: typeof none, loss: number): Scored => ({
  loss,
  perplexity: Math.exp(loss),
  tokens: 9,
  mask,
  origin,
});
const model = { source: { kind: 'bundled' }, report: { blocks: 4 } as ModelReport, loaded: true } as const;
const state = (open: Partial<Open>, changes: Partial<AppState> = {}): AppState => ({
  ...initialState,
  machine: { status: 'ready', adapter: {} as never },
  calibration: { ...initialState.calibration, text: 'Rosie ran.' },
  ...changes,
  open: { ...justOpened(model), ...open },
});

describe('the pruned loss on the page', () => {
  it('is the full model’s while nothing is dropped', () => {
    const s = state({ masks: startHistory(none), full: scored(none, 2) });
    expect(prunedLoss(s)).toMatchObject({ status: 'current', scored: { loss: 2 } });
  });

  it('is never an older mask’s number passed off as this one’s', () => {
    const masks = record(record(startHistory(none), one), two);
    const full = scored(none, 2);
    const before = scored(one, 2.5);
    expect(prunedLoss(state({ masks, full, pruned: before }))).toEqual({ status: 'computing', before });
    const s = state({ masks, full, pruned: scored(two, 3) });
    expect(prunedLoss(s)).toMatchObject({ status: 'current', scored: { loss: 3 } });
  });

  it('is current again when another order drops the same layers', () => {
    const other = dropSublayers(none, { block: 2, kind: 'ffn' }, { block: 1, kind: 'attn' });
    expect(prunedLoss(state({ masks: startHistory(other), pruned: scored(two, 3) })).status).toBe('current');
  });

  it('says when it failed, and when nothing can compute it', () => {
    const masks = startHistory(one);
    const scoreFailure = { code: 'out-of-memory', message: '', remedy: '' } as const;
    expect(prunedLoss(state({ masks, scoreFailure })).status).toBe('failed');
    expect(prunedLoss(state({ masks }, { machine: { status: 'starting' } })).status).toBe('unavailable');
  });

  it('is not said to be computed while its text has not come', () => {
    const masks = startHistory(one);
    const { calibration } = initialState;
    expect(prunedLoss(state({ masks }, { calibration })).status).toBe('unavailable');
  });
});
