import { beforeEach, expect, it, vi } from 'vitest';
import type { ModelReport } from '../../lab/contract';
import { type Mask, makeMask, maskFromSublayers } from '../../pruning/mask';
import type { Evaluation } from '../store/benchmarks';
import { setMask } from '../store/masks';
import { justOpened } from '../store/open';
import { maskId, note, type Shelf } from '../store/shelf';
import { initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { clearShelf, forgetMask, keepMask, keepShelf, renameMask, unpinMask } from './shelf';

vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab: {} }) }));
const browser = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  get: async (key: string) => browser.get(key),
  set: async (key: string, value: unknown) => void browser.set(key, value),
}));

const A = maskFromSublayers(2, [{ block: 0, kind: 'attn' }]);
const B = maskFromSublayers(2, [{ block: 1, kind: 'ffn' }]);
const asked = (mask: Mask, available: number) =>
  ({ report: { results: [{}, {}], available }, items: [], masks: [makeMask(2), mask] }) as unknown as Evaluation;
const scored = (mask: Mask, loss: number) => ({
  ...{ loss, perplexity: Math.exp(loss), tokens: 9, mask },
  origin: { kind: 'here', adapter: 'test' } as const,
});
const report = (fingerprint: string) =>
  ({ id: fingerprint, fingerprint, blocks: 2, hasTokenizer: true }) as ModelReport;
const open = (fingerprint: string) =>
  store.setState({
    open: {
      ...justOpened({ source: { kind: 'bundled' }, report: report(fingerprint), loaded: true }),
      full: scored(makeMask(2), 1),
    },
    machine: { status: 'ready', adapter: {} as never },
    calibration: { ...initialState.calibration, text: 'Rosie ran.' },
  });
const rows = () =>
  store.getState().open.shelf.map(({ mask, loss, pinned, name }) => [name ?? maskId(mask), loss?.pruned.loss, pinned]);

keepShelf();
beforeEach(() => {
  vi.useRealTimers();
  store.setState(initialState, true);
  // The rows of the model that was open just now are put away as it goes.
  browser.clear();
  open('a');
});

it('a mask is a row once its loss is known, and one that was only passed through is none', () => {
  setMask(A);
  expect(rows()).toEqual([]);
  setMask(B);
  changeOpen({ pruned: scored(B, 3) });
  expect(rows()).toEqual([['ffn:1', 3, false]]);
});

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
  const kept = store.getState().open.shelf.find((k) => k.mask.dropped[0]!.kind === 'attn')!;
  const each = Object.entries(kept.results).map(([task, { report }]) => [task, report.available]);
  expect(each).toEqual([
    ['school', 9],
    ['school_math', 8],
  ]);
});

it('rows come back with their model, under their names, and not with another', async () => {
  vi.useFakeTimers();
  setMask(A);
  changeOpen({ pruned: scored(A, 2) });
  keepMask();
  renameMask(A, ' the one ');
  await vi.runAllTimersAsync();
  open('b');
  await vi.runAllTimersAsync();
  expect(rows()).toEqual([]);
  open('a');
  setMask(B);
  changeOpen({ pruned: scored(B, 3) });
  await vi.runAllTimersAsync();
  expect(rows()).toEqual([
    ['the one', 2, true],
    ['ffn:1', 3, false],
  ]);
});

it('a row is put away well before a person could reload the page', async () => {
  vi.useFakeTimers();
  open('b');
  open('a');
  await vi.advanceTimersByTimeAsync(1000);
  setMask(A);
  changeOpen({ pruned: scored(A, 2) });
  expect((browser.get('a') as Shelf).map(({ mask }) => maskId(mask))).toEqual(['attn:0']);
});

it('rows are taken away one by one, or all that are not pinned', () => {
  for (const [mask, loss] of [
    [A, 2],
    [B, 3],
  ] as const) {
    setMask(mask);
    changeOpen({ pruned: scored(mask, loss) });
  }
  keepMask(A);
  setMask(makeMask(2));
  clearShelf();
  expect(rows()).toEqual([['attn:0', 2, true]]);
  unpinMask(A);
  forgetMask(A);
  expect(rows()).toEqual([]);
});

it('of rows that nobody pinned the oldest make way; the order in which layers went makes no other row', () => {
  const mask = (block: number) => maskFromSublayers(99, [{ block, kind: 'attn' }]);
  let shelf: Shelf = note([], mask(0), { pinned: true });
  for (let i = 1; i < 40; i++) shelf = note(shelf, mask(i), {});
  expect(shelf.map((row) => row.mask.dropped[0]!.block)).toEqual([0, ...Array.from({ length: 24 }, (_, i) => i + 16)]);
  const [one, two] = [
    { block: 1, kind: 'attn' },
    { block: 0, kind: 'ffn' },
  ] as const;
  const both = note([], maskFromSublayers(2, [one, two]), {});
  expect(note(both, maskFromSublayers(2, [two, one]), {})).toHaveLength(1);
});
