import { LopperError } from '../../errors';
import type { JobOptions } from '../../lab/contract';
import type { Lab } from '../../lab/jobs';
import { connectLab } from '../../lab/remote';
import type { Job, Slot } from '../store/state';
import { notifyFailure, store } from '../store/store';
import { toFailure } from './failure';

let connected: Lab | undefined;
let jobs = 0;

/** The lab in its worker, started on first use. */
export const lab = (): Lab => (connected ??= connectLab(new URL('.', document.baseURI).href).lab);

const setJob = (slot: Slot, job: Job | undefined) =>
  store.setState((s) => {
    const { [slot]: _, ...others } = s.jobs;
    return { jobs: job ? { ...others, [slot]: job } : others };
  });

/** Progress is shown this often at most, milliseconds: a page that only counts should not be busy. */
const PROGRESS_EVERY = 125;

/** How a job ended: with a value, with a failure that the page has been told of, or overtaken or cancelled. */
export type Ended<T> =
  | { readonly ended: 'done'; readonly value: T }
  | { readonly ended: 'failed' }
  | { readonly ended: 'cancelled' };

/**
 * Runs a job in its slot: the newest wins, an older one there is cancelled. Progress goes to the store; a failure
 * becomes a notice under `title`; nothing is thrown.
 */
export async function runJob<T>(
  slot: Slot,
  what: string,
  title: string,
  work: (options: JobOptions) => Promise<T>,
): Promise<Ended<T>> {
  cancelJob(slot);
  const id = `${slot}-${++jobs}`;
  const mine = () => store.getState().jobs[slot]?.id === id;
  let shown = 0;
  setJob(slot, { id, what });
  try {
    const value = await work({
      job: id,
      onProgress: (progress) => {
        const now = performance.now();
        if (now - shown < PROGRESS_EVERY || !mine()) return;
        shown = now;
        setJob(slot, { id, what, progress });
      },
    });
    return mine() ? { ended: 'done', value } : { ended: 'cancelled' };
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code === 'cancelled' || !mine()) return { ended: 'cancelled' };
    if (failure.code === 'bug') console.error(error);
    notifyFailure(title, failure);
    if (slot === 'score') store.setState({ scoreFailure: failure });
    return { ended: 'failed' };
  } finally {
    if (mine()) setJob(slot, undefined);
  }
}

/** For work made of several calls: throws `cancelled` where the job has been cancelled or overtaken between two of them. */
export function throwIfOvertaken(slot: Slot, { job }: JobOptions): void {
  if (store.getState().jobs[slot]?.id !== job)
    throw new LopperError('cancelled', 'The job was cancelled.', 'Start it again.');
}

/** Cancels what runs in a slot, if anything does. */
export function cancelJob(slot: Slot): void {
  const job = store.getState().jobs[slot];
  if (!job) return;
  setJob(slot, undefined);
  void lab()
    .cancel(job.id)
    .catch(() => undefined);
}
