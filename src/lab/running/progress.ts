import type { ByteProgress } from '../../formats/bytes';
import type { Progress } from '../contract';

/** Reports closer together than this are merged: a page repaints at most 20 times a second. */
const MIN_INTERVAL_MS = 50;
/**
 * Time over which the rate is averaged: at least this, else half of what the job has taken so far. Work done in bursts
 * (a batch of items at once) stays calm, and a change of pace is followed before long.
 */
const LEAST_SMOOTHING_MS = 3000;
/** No time left is promised from less than this, */
const WARM_UP_MS = 400;
/** nor from less than this share of the work, unless so long has passed: what comes first (kernels compiled) is slower. */
const WARM_UP_SHARE = 0.01;
const SLOW_MS = 20_000;

/** Turns "this much is done" into `Progress` with a smoothed rate and the time left. */
export class ProgressMeter {
  readonly #started: number;
  #seen: { at: number; done: number };
  #weight = 0;
  #rate = 0;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(
    readonly total: number,
    readonly unit: Progress['unit'],
    readonly report: ((p: Progress) => void) | undefined,
    readonly now: () => number = () => performance.now(),
    /** Done before this began, and no part of its rate. */
    readonly from = 0,
  ) {
    this.#started = now();
    this.#seen = { at: this.#started, done: from };
  }

  /** `done` of `total` so far; may be a fraction of a step. */
  update(done: number, label: string): void {
    const at = this.now();
    const elapsed = at - this.#seen.at;
    if (elapsed > 0 && done >= this.#seen.done) {
      // Exponential average of the rate, divided by the weight it has gathered so that the first samples count fully.
      const smoothing = Math.max(LEAST_SMOOTHING_MS, (at - this.#started) / 2);
      const share = 1 - Math.exp(-elapsed / smoothing);
      this.#rate += share * ((done - this.#seen.done) / elapsed - this.#rate);
      this.#weight += share * (1 - this.#weight);
      this.#seen = { at, done };
    }
    if (at - this.#reported < MIN_INTERVAL_MS && done < this.total) return;
    this.#reported = at;
    const rate = this.#weight > 0 ? this.#rate / this.#weight : 0;
    const [spent, share] = [at - this.#started, (done - this.from) / (this.total - this.from)];
    const known = spent >= WARM_UP_MS && rate > 0 && (share >= WARM_UP_SHARE || spent >= SLOW_MS);
    const secondsLeft = known ? Math.max(0, this.total - done) / rate / 1000 : undefined;
    this.report?.({ label, done, total: this.total, unit: this.unit, ...(known ? { secondsLeft } : {}) });
  }
}

/** A callback for work that says what fraction of it is done. */
export function fractionMeter(report: ((p: Progress) => void) | undefined, label: string) {
  const meter = new ProgressMeter(100, 'steps', report);
  return (fraction: number): void => meter.update(100 * fraction, label);
}

/** Callbacks for opening a model: a meter in bytes for each file that is downloaded, then one for the weights. */
export function loadingProgress(report: ((p: Progress) => void) | undefined) {
  let file = '';
  let bytes = new ProgressMeter(0, 'bytes', report);
  let weights: ProgressMeter | undefined;
  return {
    onBytes(p: ByteProgress) {
      if (p.file !== file || p.total !== bytes.total) bytes = new ProgressMeter(p.total, 'bytes', report);
      file = p.file;
      const shard = p.shard && p.shard.count > 1 ? ` (${p.shard.index + 1} of ${p.shard.count})` : '';
      bytes.update(p.done, `Downloading ${p.file}${shard}`);
    },
    onLoad(done: number, total: number) {
      weights ??= new ProgressMeter(total, 'bytes', report);
      weights.update(done, 'Loading weights');
    },
  };
}

/** A callback for files that are written, in bytes. */
export function writingProgress(report: ((p: Progress) => void) | undefined) {
  let meter: ProgressMeter | undefined;
  return (done: number, total: number): void => {
    meter ??= new ProgressMeter(total, 'bytes', report);
    meter.update(done, 'Writing the pruned model');
  };
}
