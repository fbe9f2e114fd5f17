import type { Calibration } from '../../lab/contract';

/** Where a number comes from: measured beforehand and shipped with the page, computed here, or read from a file. */
export interface Origin {
  readonly kind: 'shipped' | 'here' | 'file';
  /** In words. */
  readonly adapter: string;
  /** Of the Lopper that measured it, where that is known. */
  readonly version?: string;
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

/** "Measured beforehand by us, version 0.1.0", "Computed here". On what adapter is said where it is pointed at. */
export const originWords = ({ kind, version }: Origin): string =>
  `${ORIGINS[kind]}${version !== undefined && kind !== 'here' ? `, version ${version}` : ''}`;
const ORIGINS = {
  shipped: 'Measured beforehand by us',
  here: 'Computed here',
  file: 'Read from a file',
} as const;
