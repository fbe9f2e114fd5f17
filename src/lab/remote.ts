import { wrap } from 'comlink';
import { LopperError } from '../errors';
import type { Lab } from './contract';
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
  const lab: Lab = {
    start: () => Promise.race([remote.start(), neverLoaded]),
    open: (request, options) => remote.open(request, options),
    memory: () => remote.memory(),
    score: (calibration, masks, options) => remote.score(calibration, masks, options),
    influence: (calibration, metric, unit, options) => remote.influence(calibration, metric, unit, options),
    curve: (calibration, request, options) => remote.curve(calibration, request, options),
    norms: (calibration, options) => remote.norms(calibration, options),
    tokenInfluence: (text, metric, options) => remote.tokenInfluence(text, metric, options),
    growth: (calibration, request, options) => remote.growth(calibration, request, options),
    bundledCheckpoints: () => remote.bundledCheckpoints(),
    configure: (settings) => remote.configure(settings),
    generate: (request, options) => remote.generate(request, options),
    evaluate: (request, options) => remote.evaluate(request, options),
    benchmarkSets: () => remote.benchmarkSets(),
    fetchBenchmark: (task, settings, options) => remote.fetchBenchmark(task, settings, options),
    keepBenchmark: (task, files, settings, options) => remote.keepBenchmark(task, files, settings, options),
    keptDownloads: () => remote.keptDownloads(),
    forgetDownload: (from) => remote.forgetDownload(from),
    cancel: (job) => remote.cancel(job),
    tokenize: (text) => remote.tokenize(text),
  };
  return { lab, worker };
}
