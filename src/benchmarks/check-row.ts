import * as v from 'valibot';
import { parseJson } from '../json';
import { type Row, RowError } from './rows';

/** Checks a row's value against a schema. Throws `RowError` with the first thing that is wrong. */
export function checkRow<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  throw new RowError(path ? `${path} ${said(issue)}` : said(issue));
}

const said = ({ kind, expected, received, message }: v.BaseIssue<unknown>) =>
  kind !== 'schema'
    ? message
    : received === 'undefined'
      ? 'is missing'
      : `is ${received.slice(0, 60)}, expected ${expected}`;

/** Where a row stands, as every item has it. */
export const placeOf = ({ file, line }: Row) => ({ file, line });

/** A text with something in it. */
export const text = v.pipe(v.string(), v.nonEmpty('is empty'));

/** A number, or one written out, as CSV has it. */
export const number = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.nonEmpty())], 'is no number'),
  v.transform(Number),
  v.check((n) => Number.isFinite(n), 'is no number'),
);

/** What CSV can hold only written out as JSON, such as a list. */
export const written = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.unknown(),
    v.transform((value): unknown => (typeof value === 'string' && /^\s*[[{]/.test(value) ? parsed(value) : value)),
    schema,
  );

function parsed(written: string): unknown {
  try {
    return parseJson(written);
  } catch {
    return pythonList(written) ?? written;
  }
}

/** A list of texts as Python or numpy print it, which is how data frames write one into a cell. */
function pythonList(written: string): string[] | undefined {
  const list = /^\s*\[((?:\s*(?:,\s*)?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)\s*(?:,\s*)?\]\s*$/s.exec(written)?.[1];
  const texts = list?.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/gs);
  return texts?.map((text) =>
    text.slice(1, -1).replace(/\\(n|t|.)/gs, (_, c) => ({ n: '\n', t: '\t' })[c as 'n'] ?? c),
  );
}

/** The number that an answer is, or is written as: 2, "2", or the "2.0" of a spreadsheet. */
export function saidNumber(answer: unknown): number | undefined {
  if (typeof answer === 'number') return answer;
  return typeof answer === 'string' && /^\s*\d+(\.0*)?\s*$/.test(answer) ? Number(answer) : undefined;
}

/**
 * The index of the right choice, from a number that counts choices from 0, or from 1, or from a letter. Throws `RowError`
 * unless it is one of them.
 */
export function checkGold(
  gold: number | { readonly letter: number },
  choices: readonly unknown[],
  fromOne?: boolean,
): number {
  const [said, first] = typeof gold === 'number' ? [gold, fromOne ? 1 : 0] : [gold.letter, 0];
  if (Number.isInteger(said) && said >= first && said < first + choices.length) return said - first;
  const last = first + choices.length - 1;
  throw new RowError(`answer ${said} is out of range; choices are counted from ${first} to ${last}`);
}

/** A label that is a number. Splits whose labels are kept secret have none, or -1. */
export const label = v.pipe(
  v.unknown(),
  v.check(
    (value) => value !== '' && Number(value) !== -1,
    'is missing: this split has no labels; take the validation split',
  ),
  number,
);
