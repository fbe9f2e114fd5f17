import { expect, it } from 'vitest';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import type { LossParts } from '../../pruning/paired-loss';
import type { Scored } from './losses';
import { startHistory } from './mask-history';
import { justOpened, type Open } from './open';
import { type AppState, initialState } from './state';
import { judgeLoss, verdictOf } from './verdict';

const full = makeMask(4);
const mask = maskFromSublayers(4, [{ block: 2, kind: 'attn' }]);
const scored = (loss: number, of: typeof mask, parts?: LossParts): Scored => ({
  ...{ loss, perplexity: Math.exp(loss), tokens: 33, mask: of, parts },
  origin: { kind: 'here', adapter: 'test' },
});
const windows = (...nll: number[]): LossParts => ({ of: 'windows', nll, tokens: nll.map(() => 10) });

const page = (more: Partial<Open>): AppState => ({
  ...initialState,
  machine: { status: 'ready' } as never,
  calibration: { ...initialState.calibration, text: 'Rosie ran.' },
  open: {
    ...justOpened({
      source: { kind: 'bundled' },
      report: { blocks: 4, attnParameters: [1, 1, 1, 1], ffnParameters: [1, 1, 1, 1] } as never,
      loaded: true,
    }),
    masks: startHistory(mask),
    ...more,
  },
});

it('a change that may be chance is neither worse nor better', () => {
  const of = (...nll: number[]) =>
    verdictOf(
      page({
        full: scored(1, full, windows(10, 10, 10)),
        pruned: scored(nll.reduce((a, b) => a + b) / 30, mask, windows(...nll)),
      }),
    );
  expect(judgeLoss(of(11, 12, 10.5))).toBeUndefined();
  expect(judgeLoss(of(11, 11.1, 11.2))).toBe('worse');
  expect(judgeLoss(of(9, 9.1, 8.9))).toBe('better');
  expect(of(11, 11.1, 11.2)).toMatchObject({ standing: 'here', change: expect.closeTo(0.11, 9) });
});

it('while the text is gone through the change is that of its first windows, and is no verdict from one window', () => {
  const change = { difference: 0.2, interval: [Number.NaN, Number.NaN] as const, of: 'windows' as const, n: 1 };
  const first = verdictOf(page({ full: scored(1, full), soFar: { mask, change, of: 24 } }));
  expect(first).toMatchObject({ standing: 'computing', change: 0.2, soFar: { windows: 1, of: 24 } });
  expect(judgeLoss(first)).toBeUndefined();
  const second = verdictOf(
    page({ full: scored(1, full), soFar: { mask, change: { ...change, interval: [0.1, 0.3], n: 4 }, of: 24 } }),
  );
  expect(judgeLoss(second)).toBe('worse');
});

it('what was found of another mask is not told of this one', () => {
  const change = { difference: 0.2, interval: [0.1, 0.3] as const, of: 'windows' as const, n: 4 };
  const found = verdictOf(
    page({ full: scored(1, full), soFar: { mask: maskFromSublayers(4, [{ block: 1, kind: 'ffn' }]), change, of: 24 } }),
  );
  expect(found.change).toBeUndefined();
  expect(found.soFar).toBeUndefined();
});
