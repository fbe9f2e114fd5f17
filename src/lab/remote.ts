import { wrap } from 'comlink';
import { LopperError } from '../errors';
import type { Lab } from './jobs';
import { teachWire } from './wire';

/**
 * Starts the lab in a worker of its own. `base` is the page's address, under which `models/` and `benchmarks/` lie.
 * Terminating the worker frees everything it holds, on the device too.
 */
export function connectLab(base: string): { lab: Lab; worker: Worker } {
  teachWire();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: base });
  const remote = wrap<Lab>(worker);
  const neverLoaded = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      const what = `The part of Lopper that computes did not load${message ? `: ${message}` : '.'}`;
      reject(new LopperError('download-failed', what, 'Reload the page; if it happens again, try another browser.'));
    });
  });
  neverLoaded.catch(() => undefined);
  const start = () => Promise.race([remote.start(), neverLoaded]);
  // Whatever else is asked goes to the worker by its name: a new job needs no word here.
  const get = (_: object, method: string) => (method === 'start' ? start : Reflect.get(remote, method));
  return { lab: new Proxy({}, { get }) as Lab, worker };
}
