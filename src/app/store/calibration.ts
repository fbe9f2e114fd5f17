import type { TaskCalibration } from '../../lab/contract';
import { BUNDLED_TEXTS, type BundledText, defaultText } from '../../lab/contract/bundled-texts';
import type { Open } from './open';

/** What everything is measured on. */
export interface CalibrationText {
  /** A bundled text's title, a file's name, "pasted text", or "items of School questions". */
  readonly source: string;
  /** Of a bundled text. */
  readonly name?: string;
  /** Empty while it is fetched, and where a benchmark's items take its place. */
  readonly text: string;
  readonly task?: TaskCalibration & { readonly limit: number };
  /** Tokens a window. */
  readonly seqLen: number;
  /** All its tokens, and the windows they are cut into, once the open model has read it. */
  readonly tokens?: number;
  readonly windows?: number;
  /** By a person or a link: it stays when another model is opened. */
  readonly chosen?: boolean;
}

export interface CalibrationState {
  readonly calibration: CalibrationText;
}

/** A bundled text before it is here. */
export const textToBe = ({ name, title, seqLen }: BundledText): CalibrationText => ({
  ...{ source: title, name, text: '', seqLen },
});

/** Tokens a window of one's own text. */
export const DEFAULT_SEQ_LEN = 128;

export const bundledCalibration: CalibrationState = { calibration: textToBe(defaultText(true)) };

/** A bundled text by its name, or by its file's path; undefined for any other. */
export const bundledText = (named: string | undefined): BundledText | undefined =>
  BUNDLED_TEXTS.find(({ name, path }) => named === name || named === path);

type Part = CalibrationState & { readonly open: Pick<Open, 'model'> };

/** The text that the open model is measured on until someone says otherwise. */
export const usualText = ({ open: { model } }: Pick<Part, 'open'>): BundledText =>
  defaultText(!model || model.source.kind === 'bundled');

/** Whether the text is one of Sapling's and the model is not. */
export const isForeign = (s: Part): boolean =>
  bundledText(s.calibration.name)?.ofSapling === true && !usualText(s).ofSapling;
