import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Job } from '../store/jobs';
import { initialState } from '../store/state';
import { store } from '../store/store';
import { sayIfItWaits, stop } from './waiting';

const lab = vi.hoisted(() => ({ cancel: vi.fn(async () => undefined) }));
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab }) }));
vi.stubGlobal('document', { baseURI: 'http://localhost/' });

const curve: Job = { id: 'curve-1', label: 'Greedy by loss' };

beforeEach(() => {
  vi.useFakeTimers();
  store.setState({ ...initialState, jobs: { curve, open: { id: 'open-2', label: 'Opening a/b' } } }, true);
});
afterEach(() => void vi.useRealTimers());

it('a model that waits behind a curve says so and offers to stop it; once it goes on, no longer', () => {
  const goesOn = sayIfItWaits('a/b');
  vi.advanceTimersByTime(1100);
  const [notice] = store.getState().notices;
  expect(notice).toMatchObject({
    title: 'Opening a/b waits',
    text: '“Greedy by loss” is still at work, and one thing is computed at a time.',
    offer: { kind: 'stop', slots: ['curve'] },
  });
  stop(['curve']);
  expect(lab.cancel).toHaveBeenCalledWith('curve-1');
  expect(store.getState().jobs.curve).toBeUndefined();
  goesOn();
  expect(store.getState().notices).toEqual([]);
});

it('nothing is said of a short wait, or where nothing else is at work', () => {
  sayIfItWaits('a/b')();
  vi.advanceTimersByTime(5000);
  store.setState({ jobs: {} });
  sayIfItWaits('a/b');
  vi.advanceTimersByTime(5000);
  expect(store.getState().notices).toEqual([]);
});
