/** What every job has in common: its name, how it tells how far it is, how it fails. Plain data. */
import type { ErrorCode } from '../../errors';

export interface Progress {
  /** What is being done, for people: "Downloading model.safetensors", "Leave-one-out, 12 of 24". */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'steps';
  /** Seconds, once a rate is known. */
  readonly secondsLeft?: number;
  /** Where weights are streamed: passes over the model so far, and bytes that are read a second. */
  readonly reading?: { readonly passes: number; readonly bytesPerSecond: number };
}

/** An error as it crosses the worker boundary. */
export interface Failure {
  readonly code: ErrorCode | 'bug';
  readonly message: string;
  readonly remedy: string;
}

/** Handle by which a running job is cancelled; made by the caller, unique within a page. */
export type JobId = string;

export interface JobOptions {
  readonly job: JobId;
  readonly onProgress?: (p: Progress) => void;
}
