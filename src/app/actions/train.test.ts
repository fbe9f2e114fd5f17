import { beforeEach, expect, it, vi } from 'vitest';
import type { ModelReport } from '../../lab/contract';
import { maskFromSublayers } from '../../pruning/mask';
import { setMask } from '../store/masks';
import { justOpened } from '../store/open';
import { initialState } from '../store/state';
import { store } from '../store/store';
import { resumeTraining, startTraining } from './train';

/** What the lab was asked to train. */
const asked: { heldOut?: number; calibration: unknown }[] = [];
vi.mock('./jobs', () => ({
  lab: () => ({ train: async (request: (typeof asked)[number]) => void asked.push(request) }),
  // Cut before anything came of it.
  runJob: async ({ run }: { run(...args: unknown[]): unknown }) => {
    await run({}, () => undefined);
    return { ended: 'cancelled' };
  },
}));
vi.mock('./named', () => ({ named: (calibration: unknown, use: (on: unknown) => unknown) => use(calibration) }));

beforeEach(() => {
  asked.length = 0;
  store.setState(initialState, true);
  store.setState(({ calibration }) => ({
    calibration: { ...calibration, text: 'Once upon a time.', windows: 40 },
    machine: { status: 'ready', adapter: { name: '' } as never },
    open: justOpened({
      source: { kind: 'bundled' },
      report: { fingerprint: 'a', blocks: 2, width: 4 } as ModelReport,
      loaded: true,
    }),
  }));
  setMask(maskFromSublayers(2, [{ block: 0, kind: 'attn' }]));
});

it('a training that was paused goes on as it was begun, whatever text is chosen meanwhile', async () => {
  await startTraining();
  const [{ id, state, heldOut }] = store.getState().open.trained as [never];
  expect({ state, heldOut }).toEqual({ state: 'paused', heldOut: 0.5 });
  store.setState(({ calibration }) => ({ calibration: { ...calibration, text: 'Once.', windows: 1 } }));
  await resumeTraining(id);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toEqual(asked[0]);
});
