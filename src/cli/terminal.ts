import type { Progress } from '../lab/contract';

/** Where a command line talks to people: standard error. */
export interface Terminal {
  readonly isTTY?: boolean;
  /** Letters a line; more would go on in the next one, where clearing does not reach. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Lines apart by this much when progress goes to a file. */
const SPARSE_MS = 5000;
const CLEAR_LINE = '\r\x1b[2K';

/** Progress and notes on standard error: one line rewritten in place on a terminal, a line now and then elsewhere. */
export class Reporter {
  #last: number;
  #open = false;

  constructor(
    readonly terminal: Terminal,
    readonly quiet: boolean,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#last = now();
  }

  readonly progress = (p: Progress): void => {
    if (this.quiet) return;
    if (this.terminal.isTTY) {
      const room = (this.terminal.columns || Number.POSITIVE_INFINITY) - 1;
      this.terminal.write(`${CLEAR_LINE}${describeProgress(p).slice(0, room)}`);
      this.#open = true;
    } else if (this.now() - this.#last >= SPARSE_MS) {
      this.#last = this.now();
      this.terminal.write(`${describeProgress(p)}\n`);
    }
  };

  /** A line of its own, whatever stands in the progress line. */
  note(text: string): void {
    if (this.quiet) return;
    this.clear();
    this.terminal.write(`${text}\n`);
  }

  /** Takes the progress line away, so that results or an error stand alone. */
  clear(): void {
    if (this.#open) this.terminal.write(CLEAR_LINE);
    this.#open = false;
  }
}

/** "Leave-one-out, 3 of 10: 30%, 12 s left". */
export function describeProgress({ label, done, total, unit, secondsLeft, reading }: Progress): string {
  const share = total > 0 ? `${Math.floor((100 * Math.min(done, total)) / total)}%` : '';
  const bytes = unit === 'bytes' ? `${mebibytes(done)} of ${total > 0 ? mebibytes(total) : 'unknown'} MiB` : '';
  const left = secondsLeft !== undefined && done < total ? `${duration(secondsLeft)} left` : '';
  const read = reading ? `pass ${Math.ceil(reading.passes)} at ${mebibytes(reading.bytesPerSecond)} MiB/s` : '';
  const details = [bytes, share, read, left].filter(Boolean).join(', ');
  return details ? `${label}: ${details}` : label;
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

export const duration = (seconds: number) =>
  seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;
