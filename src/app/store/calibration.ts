import type { TaskCalibration } from '../../lab/contract';

export interface CalibrationText {
  /** Bundled, a file's name, "pasted text", or "items of School questions". */
  readonly source: string;
  readonly bundled: boolean;
  /** Empty where a benchmark's items take its place. */
  readonly text: string;
  readonly task?: TaskCalibration & { readonly limit: number };
  readonly seqLen: number;
  readonly tokens?: number;
}

export interface CalibrationState {
  readonly calibration: CalibrationText;
}

export const BUNDLED_TEXT_NAME = 'bundled text';

/** Tokens a calibration window. */
export const DEFAULT_SEQ_LEN = 256;

export const bundledCalibration: CalibrationState = {
  calibration: { source: BUNDLED_TEXT_NAME, bundled: true, text: '', seqLen: DEFAULT_SEQ_LEN },
};
