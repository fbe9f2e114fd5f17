import { wilsonInterval } from '../../benchmarks/statistics';
import type { Metric } from '../../benchmarks/task';
import type { Mean } from '../contract';

/** The 97.5% point of the normal distribution. */
const Z95 = 1.959963984540054;

/** A metric's figure over the items so far, kept as sums, so that a report after every item costs nothing. */
export class RunningMean {
  #n = 0;
  #sum = 0;
  #squares = 0;
  #per = 0;
  #perSquares = 0;
  #cross = 0;

  constructor(readonly metric: Metric) {}

  /** Takes an item's metrics in; one that is not a number is left out, as the field does. */
  add(metrics: Readonly<Record<string, number>>): void {
    const { name, per } = this.metric;
    const x = metrics[name];
    const y = per === undefined ? 1 : metrics[per];
    if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) return;
    this.#n++;
    this.#sum += x;
    this.#squares += x * x;
    this.#per += y;
    this.#perSquares += y * y;
    this.#cross += x * y;
  }

  /** With a 95% interval: Wilson's for a share, else by the normal distribution; of one item the value itself. */
  get(): Mean {
    const n = this.#n;
    if (n === 0) return { n, mean: 0, interval: [0, 0] };
    // A mean is the ratio of two sums, the second of ones: the residuals x - ratio * y give its error either way.
    const ratio = this.#sum / this.#per;
    if (this.metric.kind === 'share') return { n, mean: ratio, interval: wilsonInterval(this.#sum, n) };
    const residuals = this.#squares - 2 * ratio * this.#cross + ratio * ratio * this.#perSquares;
    const spread = n > 1 ? Math.sqrt((Math.max(0, residuals) * n) / (n - 1)) / this.#per : 0;
    const [low, high] = [ratio - Z95 * spread, ratio + Z95 * spread];
    if (this.metric.kind === 'mean') return { n, mean: ratio, interval: [low, high] };
    return { n, mean: Math.exp(-ratio), interval: [Math.exp(-high), Math.exp(-low)] };
  }
}
