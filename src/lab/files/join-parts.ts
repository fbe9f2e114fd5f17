import { LopperError } from '../../errors';
import { difference, type Pair } from '../contract/asked';
import { partName } from '../contract/part';
import type { PartFile } from './part-file';
import type { PartJob, PartReport } from './part-schemas';

/** A part and the name of its file. */
export interface NamedPart {
  readonly name: string;
  readonly file: PartFile;
}

/** Parts that make a whole, in their order. */
export interface JoinedParts {
  readonly parts: readonly PartFile[];
  /** Said where something may mislead. */
  readonly notes: readonly string[];
}

/**
 * Puts parts in their order. Throws `result-mismatch`, with the first difference, for parts of different requests, models
 * or versions, and for one that comes twice; `result-missing`, naming them, where some are not there.
 */
export function joinParts(given: readonly NamedPart[]): JoinedParts {
  const [first, ...others] = given;
  if (!first) throw new LopperError('usage', 'No parts are given.', 'Name the files of all parts.');
  for (const other of others) checkAlike(first, other);
  const { of } = first.file.part;
  const byIndex = new Map<number, NamedPart>();
  for (const one of given) {
    const { part } = one.file;
    const twin = byIndex.get(part.index);
    if (twin) {
      throw new LopperError(
        'result-mismatch',
        `${twin.name} and ${one.name} are both part ${partName(part)}.`,
        'Leave one of them out.',
      );
    }
    byIndex.set(part.index, one);
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    const few = missing.slice(0, 20).join(', ');
    const more = missing.length > 20 ? ` and ${missing.length - 20} more` : '';
    throw new LopperError(
      'result-missing',
      `Of ${of} parts ${missing.length === 1 ? 'one is' : `${missing.length} are`} not there: ${few}${more}.`,
      `Run ${missing.length === 1 ? 'it' : 'them'} with --part ${missing[0]}/${of}, and give all files together.`,
    );
  }
  const parts = [...byIndex].sort(([a], [b]) => a - b).map(([, { file }]) => file);
  return { parts, notes: notesOn(parts) };
}

function checkAlike(first: NamedPart, other: NamedPart): void {
  const found = difference(pairs(first.file, other.file));
  if (!found) return;
  const [what, was, is] = found;
  const told = (value: unknown) => (value === undefined ? 'none' : String(value));
  throw new LopperError(
    'result-mismatch',
    `${other.name} is no part of the same work as ${first.name}: its ${what} is ${told(is)}, and there ${told(was)}.`,
    'Give the parts of one request, all of one version of Lopper.',
  );
}

function pairs(was: PartFile, is: PartFile): Pair[] {
  const names = [...new Set([...Object.keys(was.asked), ...Object.keys(is.asked)])];
  const [a, b] = [agreedOn(was), agreedOn(is)];
  return [
    ['job', was.job, is.job],
    ['number of parts', was.part.of, is.part.of],
    ['version of Lopper', was.madeBy.lopper, is.madeBy.lopper],
    ['model', was.model?.id, is.model?.id],
    ['SHA-256 of the weights', was.model?.fingerprint, is.model?.fingerprint],
    ['type of weights', was.madeBy.dtype, is.madeBy.dtype],
    ...names.map((name): Pair => [name, was.asked[name], is.asked[name]]),
    ['SHA-256 of the text', was.text.sha256, is.text.sha256],
    ...a.map(([name, value], i): Pair => [name, value, b[i]![1]]),
  ];
}

/** What reports on parts of one request agree on, beside what was asked: official sets may differ by machine, and memory. */
function agreedOn({ job, report }: PartFile): readonly (readonly [name: string, value: unknown])[] {
  const told = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
  return AGREED[job](report as never).map(([name, value]) => [name, told(value)]);
}

const AGREED: {
  readonly [N in PartJob]: (report: PartReport<N>) => readonly (readonly [name: string, value: unknown])[];
} = {
  score: (reports) => [['number of masks', reports.length]],
  influence: ({ tokens, values, part }) => [
    ['number of tokens', tokens],
    ['number of units', values.length],
    ['cut of the text into walks, which follows the memory,', part?.walks],
    ['SHA-256 of the items', part?.drawn?.task?.dataSha256],
  ],
  curve: ({ tokens, benchmark }) => [
    ['number of tokens', tokens],
    ['SHA-256 of the items', benchmark?.dataSha256],
  ],
  growth: ({ calibrationSha256, task }) => [
    ['SHA-256 of the calibration', calibrationSha256],
    ['SHA-256 of the items', task?.dataSha256],
  ],
  evaluate: ({ dataSha256, available, part, bos, chat, window, results }) => [
    ['number of models', results.length],
    ['SHA-256 of the items', dataSha256],
    ['number of items', available],
    ['number of items asked', part?.asked],
    ['BOS before a prompt', bos],
    ['chat form', chat],
    ['tokens of a window', window],
  ],
  recoverEach: ({ tokens }) => [['number of tokens', tokens]],
};

function notesOn(parts: readonly PartFile[]): string[] {
  const adapters = [...new Set(parts.map(({ madeBy }) => madeBy.adapter))];
  if (adapters.length < 2) return [];
  return [
    `The parts were computed on different adapters (${adapters.join('; ')}): one of them alone may differ in the last digits.`,
  ];
}
