import type { Calibration } from '../../lab/contract';

/** Where a number comes from: shipped with the page, computed here, or read from a file. `adapter` in words. */
export interface Origin {
  readonly kind: 'shipped' | 'here' | 'file';
  readonly adapter: string;
}

/** A result as it came, and where it comes from. */
export interface Measured<Report> {
  readonly report: Report;
  readonly origin: Origin;
  /** What it was measured on, in words: a calibration text's name, a benchmark's, the text itself. */
  readonly text: string;
  /** What it was measured on, to go on with; absent where it shipped, or came from a file and is not at hand. */
  readonly calibration?: Calibration;
}

/** An adapter without its driver's versions. */
const brief = (adapter: string) => adapter.split(/[:(]/)[0]!.trim();

/** "Shipped with Lopper (mesa llvmpipe)", "Computed here on google swiftshader". */
export const originWords = ({ kind, adapter }: Origin): string =>
  kind === 'here' ? `Computed here on ${brief(adapter)}` : `${ORIGINS[kind]} (${brief(adapter)})`;
const ORIGINS = { shipped: 'Shipped with Lopper', file: 'Read from a file' } as const;
