import { beforeEach, expect, it, vi } from 'vitest';
import type { ModelReport, TrainingRun } from '../../lab/contract';
import { maskFromSublayers } from '../../pruning/mask';
import { additive } from '../../recovery/module';
import { initAdam, PLAIN_RATES } from '../../recovery/training';
import { justOpened } from '../store/open';
import { initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { type Trained, trainingAtFirst } from '../store/training';
import { keepTrainings, recallTrainings } from './kept-training';

vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab: {} }) }));
const browser = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  get: async (key: string) => structuredClone(browser.get(key)),
  set: async (key: string, value: unknown) => void browser.set(key, structuredClone(value)),
}));

const unit = { block: 0, kind: 'attn' } as const;
const module = additive([0.25, -1]);
const run: TrainingRun = {
  asked: { method: 'bias', fit: 'corrected', lr: 0.1, schedule: 'cosine', batch: 4, seed: 0, rates: 'scaled' },
  ...{ textSha256: 'ab', losses: [3, 2], heldLosses: [], best: { step: 1, modules: [{ unit, module }] } },
  state: { ...initAdam([{ unit, module }], [PLAIN_RATES]), step: 2 },
};
/** At its third step, of which the second can be gone on from. */
const running: Trained = {
  ...{ id: 1, mask: maskFromSublayers(2, [unit]), settings: trainingAtFirst.training, steps: 9, text: 'stories' },
  ...{ origin: { kind: 'here', adapter: '', version: '' }, losses: [3, 2, 1], heldLosses: [], best: 2 },
  ...{ state: 'running', run },
};
const open = (fingerprint: string) =>
  store.setState({
    open: justOpened({
      source: { kind: 'bundled' },
      report: { fingerprint, blocks: 2 } as ModelReport,
      loaded: false,
    }),
  });
const shown = () => store.getState().open.trained;

keepTrainings();
beforeEach(async () => {
  vi.useFakeTimers();
  store.setState(initialState, true);
  browser.clear();
  open('a');
  changeOpen({ trained: [running] });
  await vi.runAllTimersAsync();
});

it('a training comes back with its model, paused where it can be gone on from, to the bit', async () => {
  open('b');
  await recallTrainings();
  expect(shown()).toEqual([]);
  open('a');
  await recallTrainings();
  expect(shown()).toEqual([{ ...running, state: 'paused', losses: [3, 2], best: 1 }]);
});

it('what was taken off the chart stays away, and what is there is left alone', async () => {
  changeOpen({ trained: [{ ...running, id: 2, state: 'done' }] });
  await recallTrainings();
  expect(shown().map(({ id }) => id)).toEqual([2]);
  changeOpen({ trained: [] });
  await vi.runAllTimersAsync();
  open('a');
  await recallTrainings();
  expect(shown()).toEqual([]);
});
