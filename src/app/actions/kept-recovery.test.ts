import { beforeEach, expect, it, vi } from 'vitest';
import type { ModelReport } from '../../lab/contract';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import { additive } from '../../recovery/module';
import { startHistory } from '../store/mask-history';
import { justOpened } from '../store/open';
import type { Recovered } from '../store/recovery';
import { initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { keepRecovery, recallRecovery } from './kept-recovery';

vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab: {} }) }));
const browser = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  get: async (key: string) => structuredClone(browser.get(key)),
  set: async (key: string, value: unknown) => void browser.set(key, structuredClone(value)),
}));

const mask = maskFromSublayers(2, [{ block: 0, kind: 'attn' }]);
const recovered: Recovered = {
  ...{ mask, name: 'mean update', strength: 0.5, applied: true, pruned: [2], full: [1] },
  modules: [{ unit: { block: 0, kind: 'attn' }, module: additive([0.25, -1]) }],
  losses: [{ strength: 0.5, loss: [1.5] }],
};
const open = (fingerprint: string, text = 'Rosie ran.') =>
  store.setState({
    open: {
      ...justOpened({
        source: { kind: 'bundled' },
        report: { fingerprint, blocks: 2 } as ModelReport,
        loaded: false,
      }),
      masks: startHistory(mask),
    },
    calibration: { ...initialState.calibration, text },
  });
const shown = () => store.getState().open.recovered;

keepRecovery();
beforeEach(async () => {
  vi.useFakeTimers();
  store.setState(initialState, true);
  browser.clear();
  open('a');
  changeOpen({ recovered });
  await vi.runAllTimersAsync();
});

it('what stood in comes back with its model, to the bit, and with no other', async () => {
  open('b');
  await recallRecovery();
  expect(shown()).toBeUndefined();
  open('a');
  await recallRecovery();
  expect(shown()).toEqual(recovered);
});

it('on another text its losses are not told again', async () => {
  open('a', 'Rosie sang.');
  await recallRecovery();
  expect(shown()).toMatchObject({ modules: recovered.modules, strength: 0.5, losses: [] });
  expect(shown()?.full).toBeUndefined();
});

it('does not take the place of what stands in now, nor of a model that came meanwhile', async () => {
  open('a');
  const other = { ...recovered, mask: makeMask(2), name: 'scale' };
  changeOpen({ recovered: other });
  await recallRecovery();
  expect(shown()?.name).toBe('scale');
  open('a');
  const recalled = recallRecovery();
  open('b');
  await recalled;
  expect(shown()).toBeUndefined();
});
