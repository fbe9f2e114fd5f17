import { DEFAULT_HOST, DEFAULT_REVISION } from '../../../formats/hub-defaults';
import type { Precision } from '../../../model/precision';
import type { Sublayer } from '../../../model/units';
import { formatDropList } from '../../../pruning/drop-list';
import { bundledText, type CalibrationText } from '../../store/calibration';
import type { ModelSource } from '../../store/open';
import { readTokenIds } from '../../store/token-ids';

/** A command to be typed in Lopper's folder. */
export interface ScoreCommand {
  readonly command: string;
  /** What has to be put in its place first: a folder or a text that only this machine has. */
  readonly first: readonly string[];
}

/** The command line that measures a mask's loss anew, on the same text and in the same windows. */
export function scoreCommand(
  source: ModelSource,
  dropped: readonly Sublayer[],
  text: CalibrationText,
  precision: Precision = 'published',
): ScoreCommand {
  const first: string[] = [];
  const words = ['npm run lopper --', 'score', ...modelWords(source, first), ...textWords(text, first)];
  if (precision !== 'published') words.push('--precision', precision);
  if (dropped.length > 0) words.push('--drop', formatDropList(dropped));
  return { command: words.join(' '), first };
}

function modelWords(source: ModelSource, first: string[]): string[] {
  if (source.kind === 'bundled') return ['sapling'];
  if (source.kind !== 'hub') {
    first.push(`the model’s folder as ./${source.name}`);
    return [quoted(`./${source.name}`)];
  }
  const { repo, revision, host, file } = source;
  return [
    quoted(repo),
    ...(revision === DEFAULT_REVISION ? [] : ['--revision', quoted(revision)]),
    ...(file === undefined ? [] : ['--file', quoted(file)]),
    ...(host === DEFAULT_HOST ? [] : ['--host', quoted(host)]),
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
const quoted = (word: string): string => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
