/** What a model is measured on. Plain data. */
import type { NamedFile } from './evaluate';

/** A calibration text, token ids taken as they are, or a benchmark's prompts. */
export type Calibration =
  | {
      readonly text: string;
      /** Tokens a window. */
      readonly seqLen: number;
      readonly maxWindows?: number;
    }
  | { readonly ids: readonly (readonly number[])[] }
  | TaskCalibration;

/** Every item of a benchmark as a text: its prompt without worked examples, and its right answer. A window an item. */
export interface TaskCalibration {
  readonly task: string;
  /** Items taken: the first so many. */
  readonly limit?: number;
  /** Tokens a window at most, default the context; of a longer item the end is kept. */
  readonly seqLen?: number;
  /** Replaces the task's own items. */
  readonly data?: readonly NamedFile[];
  /** Names the items that are meant, where others may take their place later: what differs in it is another calibration. */
  readonly subset?: string;
}

/** A calibration that was handed to the lab before (`Lab.calibrate`), by the name it was given. */
export interface NamedCalibration {
  readonly named: string;
}

/** A request that is measured on a calibration. */
export type On<Request = object> = Request & { readonly calibration: Calibration | NamedCalibration };
