import { LopperError, throwIfCancelled } from '../../errors';
import type { JobId, JobOptions } from '../contract';

/**
 * One job at a time, in the order asked. A cancelled job rejects with `cancelled` at once, running or waiting; the next
 * one starts only when the work of the one before has truly ended, so that two jobs never share the device.
 */
export class JobQueue {
  readonly #controllers = new Map<JobId, AbortController>();
  #tail: Promise<unknown> = Promise.resolve();

  /** The work gets the job's options with a signal, and callbacks that fall silent once that is raised: it may end a little later. */
  run<O extends JobOptions, T>(options: O, work: (running: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const { job } = options;
    if (this.#controllers.has(job)) {
      return Promise.reject(
        new LopperError('usage', `A job named "${job}" is running.`, 'Give every job its own name.'),
      );
    }
    const controller = new AbortController();
    const { signal } = controller;
    this.#controllers.set(job, controller);
    const turn = this.#tail.then(async () => {
      throwIfCancelled(signal);
      return work({ ...muteAfter(signal, options), signal });
    });
    this.#tail = turn.catch(() => undefined);
    return Promise.race([turn, untilCancelled(signal)]).finally(() => this.#controllers.delete(job));
  }

  /** Raises the job's signal; a name that is not running or waiting is ignored. */
  cancel(job: JobId): void {
    this.#controllers.get(job)?.abort();
  }
}

function untilCancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        try {
          throwIfCancelled(signal);
        } catch (error) {
          reject(error);
        }
      },
      { once: true },
    );
  });
}

function muteAfter<O extends object>(signal: AbortSignal, options: O): O {
  const mute = (value: unknown) =>
    typeof value === 'function' ? (...args: unknown[]) => void (signal.aborted || value(...args)) : value;
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, mute(value)])) as O;
}
