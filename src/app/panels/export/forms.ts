import type { Taken } from '../../../exports/format';
import { FORMAT_NAMES, type FormatName, MASK_FORMATS } from '../../../exports/formats';
import { formatDropList } from '../../../pruning/drop-list';
import { isBlockDropped, sameMask } from '../../../pruning/mask';
import { copyLink, linkAddress } from '../../actions/address';
import { archiveEntries, saveArchive } from '../../actions/archive';
import { download } from '../../actions/download';
import { canExport, exportModel, exportName } from '../../actions/export-model';
import { exportMask, maskFileName, notes } from '../../actions/mask-files';
import { fileStem, maskOf, reportOf } from '../../store/select';
import type { AppState } from '../../store/state';
import { store } from '../../store/store';

/** A form that the mask, the pruned model, or all that was measured, can be taken along in. */
export interface Form {
  readonly name: string;
  /** For whom, and how it counts. */
  readonly about: string;
  /** What of a mask does not go into it. */
  readonly loses?: string;
  /** What is in it, to be read and copied. Rejects where the mask cannot be said in it. */
  text(s: AppState): Promise<string>;
  /** Its file, where it is one. */
  file?(s: AppState): string;
  readonly action: string;
  /** Saves or copies it; what has none is copied as it stands. */
  take?(): Promise<void>;
  /** Whether it can be taken now; always where left out. */
  can?(s: AppState): boolean;
  /** Its text can be saved as its file, too. */
  readonly saves?: boolean;
}

/** What is written of the mask in force. */
async function takenOf(s: AppState): Promise<Taken> {
  const report = reportOf(s)!;
  const { source } = s.open.model!;
  const from =
    source.kind === 'bundled' ? 'public/models/sapling' : source.kind === 'hub' ? undefined : `./${report.id}`;
  const mask = maskOf(s);
  const evaluations = Object.values(s.open.evaluations).flatMap(({ report: r, masks }) => {
    const n = r.results[0]?.n ?? 0;
    return masks[1] && sameMask(masks[1], mask)
      ? [{ task: r.task, shots: r.shots, ...(n < r.available && { limit: n }) }]
      : [];
  });
  return { mask, model: { ...report, ...(from && { from }) }, notes: await notes(s), evaluations };
}

const textOf = (name: FormatName) => async (s: AppState) =>
  reportOf(s) ? MASK_FORMATS[name].write(await takenOf(s)) : '';

const fileOf = (name: FormatName) => (s: AppState) =>
  `${fileStem(s)}-${name.replaceAll('.', '-')}.${MASK_FORMATS[name].extension}`;

/** A format of the field, copied or saved as it stands. */
const format = (name: FormatName): Form => {
  const { title, about, loses } = MASK_FORMATS[name];
  return { name: title, about, loses, text: textOf(name), file: fileOf(name), action: 'Copy', saves: true };
};

export async function saveForm(form: Form, text: string): Promise<void> {
  download(form.file!(store.getState()), text, 'text/plain');
}

/** What the folder of a pruned checkpoint will hold. */
async function checkpointText(s: AppState): Promise<string> {
  const report = reportOf(s);
  if (!report) return '';
  const mask = maskOf(s);
  const kept = Array.from({ length: report.blocks }, (_, b) => b).filter((b) => !isBlockDropped(mask, b));
  const zeroed = mask.dropped.filter(({ block }) => !isBlockDropped(mask, block));
  return [
    `${exportName(s)}/`,
    `  config.json         ${kept.length} of ${report.blocks} blocks`,
    `  model.safetensors   ${report.dtype}, numbered anew; above 5 GB several files and an index`,
    ...(report.hasTokenizer ? ['  tokenizer.json      and what else the tokenizer has, as published'] : []),
    '  README.md           what was dropped, by what measure, with what losses, under which licence',
    '',
    `Blocks that stay: ${kept.join(', ') || 'none'}.`,
    ...(zeroed.length > 0 ? [`Zeroed, since stock code needs them there: ${formatDropList(zeroed)}.`] : []),
    '',
    'from transformers import AutoModelForCausalLM',
    `model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(`./${exportName(s)}`)})`,
  ].join('\n');
}

export const FORMS: Readonly<Record<string, Form>> = {
  mask: {
    ...format('lopper'),
    name: 'Mask, as a file',
    file: maskFileName,
    action: 'Export the mask',
    take: exportMask,
    saves: false,
  },
  list: { ...format('list'), name: 'Mask, as a list', action: 'Copy the list', saves: false, file: undefined },
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
      'Every measure, curve, norm and answer of this model and what stands in, a file each, beside them every chart as SVG and its table as CSV, in a zip file whose manifest lists them with their hashes.',
    text: async (s) =>
      (await archiveEntries(s)).map(({ name, content }) => `${name}  ${content.length} bytes`).join('\n'),
    file: (s) => `${fileStem(s)}-results.zip`,
    action: 'Save all results',
    take: saveArchive,
  },
  checkpoint: {
    name: 'Pruned model, as a checkpoint',
    about:
      'For every tool that opens models of Hugging Face: the weights without what is dropped, from file to file. A layer alone is zeroed and keeps its size; what stands in goes into biases where the architecture has them, and beside the weights where not. Of a GGUF it is a GGUF, in the types it has.',
    text: checkpointText,
    action: 'Write the pruned model',
    take: () => exportModel(),
    can: canExport,
  },
  'checkpoint-listed': {
    name: 'Checkpoint in LLM-Drop’s form',
    about: 'For LLM-Drop’s model classes: the weights as published, and a config.json that lists what they leave out.',
    loses: 'The size of the file, and what stands in.',
    text: textOf('llm-drop'),
    action: 'Write it',
    take: () => exportModel('llm-drop'),
    can: canExport,
  },
  ...Object.fromEntries(
    FORMAT_NAMES.filter((name) => name !== 'lopper' && name !== 'list').map((name) => [name, format(name)]),
  ),
};

/** The forms as the list has them, by whom they are for. */
export const FORM_GROUPS: readonly { readonly title: string; readonly forms: readonly string[] }[] = [
  { title: 'To Lopper, and to people', forms: ['mask', 'list', 'link', 'results'] },
  { title: 'To Python', forms: ['checkpoint', 'python', 'python-lines'] },
  {
    title: 'To other tools',
    forms: [
      'mergekit',
      'llama.cpp',
      'llm-drop',
      'checkpoint-listed',
      'nemotron',
      'nemo',
      'sleb',
      'block-pruner',
      'optipfair',
      'harness',
    ],
  },
  { title: 'Bare lists', forms: ['blocks', 'kept-blocks', 'kept-layers'] },
];
