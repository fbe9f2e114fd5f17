import * as v from 'valibot';
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

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** Throws `RowError` unless `gold` counts one of the choices. */
export function checkGold(gold: number, choices: readonly unknown[]): number {
  if (Number.isInteger(gold) && gold >= 0 && gold < choices.length) return gold;
  throw new RowError(`answer ${gold} is out of range; choices are counted from 0 to ${choices.length - 1}`);
}
