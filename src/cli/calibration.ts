import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { taskNamed } from '../benchmarks/tasks';
import { LopperError } from '../errors';
import type { Calibration, CurveRequest } from '../lab/contract';
import { SHORT } from '../lab/contract/bundled-texts';
import type { ResultOrigin } from '../lab/files/result-file';
import { type Arguments, usage, wholeNumber } from './arguments';
import type { Surroundings } from './command';
import { readDataOption } from './data-files';

const SOURCES = ['ids', 'text', 'calibration-task'] as const;

/** What is measured on where nothing is named and nothing need be. */
const BUNDLED = SHORT;

/** Throws `usage` unless a calibration is named, where one is `needed`, and in one way. */
export function checkCalibration(args: Arguments, needed = true): void {
  const has = (name: string) => args.values.has(name);
  const [source, other] = SOURCES.filter(has);
  if (!needed && source === undefined) return;
  if (source === undefined || other !== undefined) {
    throw usage(
      other ? `--${source} and --${other} are both given.` : 'No calibration is given.',
      'Give --ids FILE, or --text FILE --seq-len N, or --calibration-task NAME.',
    );
  }
  const seqLen = wholeNumber(args, 'seq-len', 2, undefined);
  wholeNumber(args, 'max-windows', 1, undefined);
  wholeNumber(args, 'limit', 1, undefined);
  if (source === 'text' && seqLen === undefined) {
    throw usage('--text needs --seq-len.', 'Add --seq-len N, the tokens of each window.');
  }
  if (source === 'ids' && (seqLen !== undefined || has('max-windows'))) {
    throw usage('--seq-len and --max-windows belong to --text.', 'Ids are taken as they are: leave them out.');
  }
  if (source === 'calibration-task') taskNamed(args.values.get(source)!);
}

/** The calibration that a command line names, else the bundled text. Throws `file-missing` and `ids-invalid`. */
export async function readCalibration(session: Surroundings): Promise<Calibration> {
  const { args, readText, environment, reporter } = session;
  const ids = args.values.get('ids');
  if (ids !== undefined) return { ids: parseIds(await readText(ids), ids) };
  const task = args.values.get('calibration-task');
  if (task !== undefined) {
    return {
      task,
      limit: wholeNumber(args, 'limit', 1, undefined),
      seqLen: wholeNumber(args, 'seq-len', 2, undefined),
      data: await readDataOption(session, 'data'),
    };
  }
  const text = args.values.get('text');
  if (text === undefined) reporter.note('No text is given: measured on the bundled calibration text.');
  return {
    text: text === undefined ? await environment.bundledText(BUNDLED.path) : await readText(text),
    seqLen: wholeNumber(args, 'seq-len', 2, BUNDLED.seqLen),
    maxWindows: wholeNumber(args, 'max-windows', 1, undefined),
  };
}

/** Throws `usage` for words that do not say what points are judged on. */
export function checkJudge(args: Arguments): void {
  const judge = args.values.get('judge');
  if (judge === undefined || judge === 'same' || judge === 'halves') return;
  if (args.values.has('calibration-task')) {
    throw usage(`--judge ${judge} is a file, and the calibration a benchmark.`, 'Give --judge halves, or a text.');
  }
}

/** What `--judge` names: a file is read as the calibration is, a text whole. Undefined where nothing else judges. */
export async function readJudge({ args, readText }: Surroundings): Promise<CurveRequest['judge']> {
  const judge = args.values.get('judge');
  if (judge === undefined || judge === 'same' || judge === 'halves') return judge === 'halves' ? judge : undefined;
  if (args.values.has('ids')) return { ids: parseIds(await readText(judge), judge) };
  return { text: await readText(judge), seqLen: wholeNumber(args, 'seq-len', 2, BUNDLED.seqLen) };
}

/** What the calibration is, for a result file. */
export async function calibrationSource(session: Surroundings): Promise<ResultOrigin['text']> {
  const { args, readText } = session;
  const task = args.values.get('calibration-task');
  const path = args.values.get('ids') ?? args.values.get('text');
  const name = path ?? args.values.get('data');
  const source = [task, name && basename(name)].filter(Boolean).join(', ');
  const read = path === undefined ? await readDataOption(session, 'data') : [{ text: await readText(path) }];
  if (!read) return { source };
  const hash = createHash('sha256');
  for (const file of read) hash.update('text' in file ? file.text : file.bytes);
  return { source, sha256: hash.digest('hex') };
}

export function parseIds(text: string, path: string): number[][] {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LopperError(
      'ids-invalid',
      `${path} is not JSON (${(cause as Error).message}).`,
      'Give a JSON list of lists of token ids: [[1, 5, 7], [1, 9]].',
      { cause },
    );
  }
}
