import { formatDropList } from '../../../pruning/drop-list';
import { copyLink, linkAddress } from '../../actions/address';
import { archiveEntries, saveArchive } from '../../actions/archive';
import { exportMask, maskFileName, maskText } from '../../actions/mask-files';
import { fileStem, maskOf } from '../../store/select';
import type { AppState } from '../../store/state';

/** A form that the mask, or all that was measured, can be taken along in. */
export interface Form {
  readonly name: string;
  /** For whom. */
  readonly about: string;
  /** What is in it, to be read and copied. */
  text(s: AppState): Promise<string>;
  /** Its file, where it is one. */
  file?(s: AppState): string;
  readonly action: string;
  /** Saves or copies it; what has none is copied as it stands. */
  take?(): Promise<void>;
}

export const FORMS = {
  mask: {
    name: 'Mask, as a file',
    about:
      'For this page and Lopper’s command line: what goes, how it was chosen, what it costs and saves, measured on what.',
    text: maskText,
    file: maskFileName,
    action: 'Export the mask',
    take: exportMask,
  },
  list: {
    name: 'Mask, as a list',
    about: 'For --drop on the command line, and to tell someone: kinds and blocks, counted from 0.',
    text: async (s) => formatDropList(maskOf(s).dropped) || 'nothing is dropped',
    action: 'Copy the list',
  },
  link: {
    name: 'Link',
    about: 'For whoever has a browser: the model, the mask, the prompt and what is open here.',
    text: async () => linkAddress(),
    action: 'Copy link',
    take: copyLink,
  },
  results: {
    name: 'All results',
    about:
      'Every measure, curve, norm and answer of this model, a file each, in a zip file whose manifest lists them with their hashes.',
    text: async (s) =>
      (await archiveEntries(s)).map(({ name, text }) => `${name}  ${text.length} characters`).join('\n'),
    file: (s) => `${fileStem(s)}-results.zip`,
    action: 'Save all results',
    take: saveArchive,
  },
} as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as FormName[];
