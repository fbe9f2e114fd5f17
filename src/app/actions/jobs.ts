import { LopperError } from '../../errors';
import type { Failure, JobId, JobOptions } from '../../lab/contract';
import type { Lab } from '../../lab/jobs';
import { connectLab } from '../../lab/remote';
import { type Job, MODEL_SLOTS, type Slot } from '../store/jobs';
import { notify, notifyFailure } from '../store/notify';
import { store } from '../store/store';
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

const isRunning = (slot: Slot, id: JobId) => store.getState().jobs[slot]?.id === id;

/** Progress is shown this often at most, milliseconds: a page that only counts should not be busy. */
const PROGRESS_EVERY = 125;
/** What a job has found so far, likewise: often enough to watch, seldom enough to leave the page alone. */
const SHOW_EVERY = 250;

/** Something for the lab to do. */
export interface Work<T> {
  readonly slot: Slot;
  /** What it measures, by its name: a metric, a task. */
  readonly of?: string;
  /** The same for people, while it runs. */
  readonly label: string;
  /** Over the notice where it fails. */
  readonly failure: string;
  /** Does it. `soFar` takes what has been found each time there is more. */
  run(options: JobOptions, soFar: (found: T) => void): Promise<T>;
  /** Puts what has been found before the page, now and then and at the end, also where the job is cut or fails. */
  show?(found: T): void;
  /** Milliseconds between two showings at least. */
  readonly showEvery?: number;
}

/** How a job ended: with a value, with a failure that the page has been told of, or overtaken or cancelled. */
export type Ended<T> =
  | { readonly ended: 'done'; readonly value: T }
  | { readonly ended: 'failed'; readonly failure: Failure }
  | { readonly ended: 'cancelled' };

/** What shows the last of what each running job has found. */
const endings = new Map<JobId, () => void>();

/**
 * Runs a job in its slot: the newest wins, an older one there is cancelled. One that the device is taken from is
 * started once more. Progress goes to the store, what is found to `show`; a failure becomes a notice; nothing is thrown. Once another model is open, nothing more comes of a job that was
 * about the one before: see `endModelJobs`.
 */
export async function runJob<T>({ slot, of, label, failure: title, run, show, showEvery }: Work<T>): Promise<Ended<T>> {
  cancelJob(slot);
  const id = `${slot}-${++jobs}`;
  const news = latest(show, showEvery);
  let shown = 0;
  setJob(slot, { id, of, label });
  endings.set(id, news.end);
  try {
    const attempt = () =>
      run(
        {
          job: id,
          onProgress: (progress) => {
            const now = performance.now();
            if (now - shown < PROGRESS_EVERY || !isRunning(slot, id)) return;
            shown = now;
            setJob(slot, { id, of, label, progress });
          },
        },
        (found) => isRunning(slot, id) && news.take(found),
      );
    const value = await attempt().catch((error) => {
      if (toFailure(error).code !== 'device-lost' || !isRunning(slot, id)) throw error;
      // A closed lid takes the device away: the lab opens it anew for whatever is asked next. Lost twice, it is no accident.
      notify('The graphics device was lost', `It is opened again, and “${label}” starts anew.`);
      return attempt();
    });
    if (!isRunning(slot, id)) return { ended: 'cancelled' };
    news.take(value);
    return { ended: 'done', value };
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code === 'cancelled' || !isRunning(slot, id)) return { ended: 'cancelled' };
    if (failure.code === 'bug') console.error(error);
    notifyFailure(title, failure);
    return { ended: 'failed', failure };
  } finally {
    end(slot, id);
  }
}

/** Shows the last that was taken, some milliseconds later, and at the end once more: by then it may be worth something else. */
function latest<T>(show?: (found: T) => void, every = SHOW_EVERY) {
  let found: { readonly value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    if (found) show?.(found.value);
  };
  return {
    take(value: T) {
      found = { value };
      timer ??= setTimeout(now, every);
    },
    end: now,
  };
}

/** Ends a job that still runs: the last of it is shown while it is still what runs, and while its model is still open. */
function end(slot: Slot, id: JobId): void {
  if (isRunning(slot, id)) {
    endings.get(id)?.();
    setJob(slot, undefined);
  }
  endings.delete(id);
}

/** For work made of several calls: throws `cancelled` where the job has been cancelled or overtaken between two of them. */
export function throwIfOvertaken(slot: Slot, { job }: JobOptions): void {
  if (!isRunning(slot, job)) throw new LopperError('cancelled', 'The job was cancelled.', 'Start it again.');
}

/** Cancels what runs in a slot, if anything does. */
export function cancelJob(slot: Slot): void {
  const job = store.getState().jobs[slot];
  if (!job) return;
  end(slot, job.id);
  void lab()
    .cancel(job.id)
    .catch(() => undefined);
}

/** Cancels all that is about the open model, before another takes its place. */
export function endModelJobs(): void {
  for (const slot of MODEL_SLOTS) cancelJob(slot);
}
