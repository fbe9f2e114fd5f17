import { DEFAULT_HOST, DEFAULT_REVISION } from '../../formats/hub-defaults';
import { BUNDLED_TEXTS } from '../../lab/contract/bundled-texts';
import type { Precision } from '../../model/precision';
import type { Again } from './again';
import { bundledText, type CalibrationText, textToBe } from './calibration';
import type { ModelSource } from './open';
import { readTokenIds } from './token-ids';

/** A command to be typed in Lopper's folder. */
export interface CommandLine {
  readonly command: string;
  /** What has to be put in its place first: a folder or a text that only this machine has. */
  readonly first: readonly string[];
}

/** The command line that measures the same anew: on the text that it names, or on the one in use. */
export function commandLine(
  source: ModelSource,
  { command, options, text, model, first: needed = [] }: Again,
  inUse: CalibrationText,
  precision: Precision = 'published',
): CommandLine {
  const first: string[] = [];
  const open = model ?? modelWords(source, first);
  const other = BUNDLED_TEXTS.find(({ title }) => title === text);
  const isInUse = text === undefined || text === inUse.source;
  const on = isInUse ? inUse : other ? textToBe(other) : { source: text, text: '', seqLen: inUse.seqLen };
  const words = [
    ...['npm run lopper --', command, ...open.map(quoted)],
    ...(command === 'eval' ? [] : textWords(on, first)),
    // Models of its own are opened as its options say.
    ...(model || precision === 'published' ? [] : ['--precision', precision]),
    ...options.map(quoted),
  ];
  return { command: words.join(' '), first: [...first, ...needed] };
}

function modelWords(source: ModelSource, first: string[]): string[] {
  if (source.kind === 'bundled') return ['sapling'];
  if (source.kind !== 'hub') {
    first.push(`the model’s folder as ./${source.name}`);
    return [`./${source.name}`];
  }
  const { repo, revision, host, file } = source;
  return [
    repo,
    ...(revision === DEFAULT_REVISION ? [] : ['--revision', revision]),
    ...(file === undefined ? [] : ['--file', file]),
    ...(host === DEFAULT_HOST ? [] : ['--host', host]),
  ];
}

function textWords({ source, name, text, task, seqLen }: CalibrationText, first: string[]): string[] {
  if (task) {
    if (task.data) first.push('your files of items in ./items');
    const data = task.data ? ['--data', './items'] : [];
    return ['--calibration-task', task.task, '--limit', String(task.limit), ...data];
  }
  if (readTokenIds(text)) {
    first.push('the token ids as ids.json');
    return ['--ids', 'ids.json'];
  }
  const bundled = bundledText(name);
  const file = bundled ? `public/${bundled.path}` : /\.(txt|md)$/i.test(source) ? source : 'text.txt';
  if (!bundled) first.push(`the text as ${file}`);
  return ['--text', quoted(file), '--seq-len', String(seqLen)];
}

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w./:=,+%@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
