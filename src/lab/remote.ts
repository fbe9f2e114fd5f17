import { wrap } from 'comlink';
import { LopperError } from '../errors';
import type { Lab } from './jobs';
import { type Connection, watchedLab } from './watched';
import { LOADED, teachWire } from './wire';
import address from './worker?worker&url';

/**
 * The lab in a worker of its own, which is watched. `base` is the page's address, under which `models/` and `benchmarks/`
 * lie.
 */
export function connectLab(base: string): Connection {
  teachWire();
  let last: Connection | undefined;
  const again = () => {
    last = connect(base);
    return last;
  };
  return { lab: watchedLab(again), end: () => last?.end() };
}

/** Starts a worker. Terminating it frees everything it holds, on the device too. */
function connect(base: string): Connection {
  const worker = new Worker(bound(address), { type: 'module', name: base });
  const remote = wrap<Lab>(worker);
  const loaded = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => {
      if (data === LOADED) resolve();
    });
    worker.addEventListener('error', ({ message }) => {
      const what = `The part of Lopper that computes did not load${message ? `: ${message}` : '.'}`;
      const remedy = navigator.onLine
        ? 'Reload the page; if it happens again, try another browser.'
        : 'There is no connection: open the page again once there is one. What is shown stays.';
      reject(new LopperError('download-failed', what, remedy));
    });
  });
  // Whatever is asked goes to the worker by its name: a new job needs no word here.
  return { lab: remote as unknown as Lab, loaded, end: () => worker.terminate() };
}

/**
 * The address of a script that does nothing but load another. A worker that begins with a file of its own is bound by no
 * Content-Security-Policy unless the server sends one along; one that begins with a blob is bound by the page's.
 */
const bound = (script: string): string =>
  URL.createObjectURL(
    new Blob([`import ${JSON.stringify(new URL(script, import.meta.url).href)};`], { type: 'text/javascript' }),
  );
