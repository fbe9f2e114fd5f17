import { MODEL_SLOTS, type Slot } from '../store/jobs';
import { forgetStops, tell } from '../store/notify';
import { store } from '../store/store';
import { cancelJob } from './jobs';

/** Shorter waits are not worth a word, milliseconds. */
const WORTH_MS = 1000;

/** Jobs that the device is busy with, one at a time: what is asked after them waits. */
const BUSY: readonly Slot[] = [...MODEL_SLOTS, 'growth'];

/**
 * Says what the opening of a model waits for, where it does, and offers to stop that. To be called as it begins; what comes
 * back is called when it goes on or ends.
 */
export function sayIfItWaits(name: string): () => void {
  const timer = setTimeout(() => {
    const { jobs } = store.getState();
    const slots = BUSY.filter((slot) => jobs[slot]);
    if (slots.length === 0) return;
    const labels = slots.map((slot) => `“${jobs[slot]!.label}”`).join(' and ');
    const text = `${labels} ${slots.length === 1 ? 'is' : 'are'} still at work, and one thing is computed at a time.`;
    tell(`Opening ${name} waits`, text, { kind: 'stop', slots });
  }, WORTH_MS);
  return () => {
    clearTimeout(timer);
    forgetStops();
  };
}

export const stop = (slots: readonly Slot[]): void => {
  for (const slot of slots) cancelJob(slot);
};
