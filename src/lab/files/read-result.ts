import * as v from 'valibot';
import { LopperError } from '../../errors';
import { parseJson, said } from '../../json';
import { RESULT_KINDS, type ResultKind } from './result-kinds';

/** A file of results whose text is JSON, to be checked part by part. */
export interface ResultText {
  readonly json: unknown;
  /** Checks a part; the whole file where no other is given. `within`: where the part lies, with a dot. */
  check<T>(schema: v.GenericSchema<unknown, T>, part?: unknown, within?: string): T;
  /** The error for what is wrong in it. */
  refuse(what: string, options?: ErrorOptions): LopperError;
}

/** Opens a file of one kind. Numbers come back as they were, NaN too. Throws `result-invalid`, and so does checking. */
export function openResultText(kind: ResultKind, text: string, name = 'The file'): ResultText {
  const { refusal, remedy, most } = RESULT_KINDS[kind];
  const refuse = (what: string, options?: ErrorOptions) =>
    new LopperError('result-invalid', `${refusal(name)}: ${what}.`, remedy, options);
  if (text.length > most) throw refuse(`it has ${text.length} characters; ${most} is the most that is read`);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw refuse(`it is not JSON (${said(cause)})`, { cause });
  }
  return {
    json,
    refuse,
    check(schema, part = json, within = '') {
      const { success, output, issues } = v.safeParse(schema, part);
      if (success) return output;
      const [issue] = issues;
      const path = v.getDotPath(issue);
      if (!path) throw refuse(`it is ${issue.received.slice(0, 60)}, no object`);
      if (issue.received === 'undefined') throw refuse(`"${within}${path}" is missing`);
      const expected = (issue.expected ?? issue.message).slice(0, 200);
      throw refuse(`"${within}${path}" is ${issue.received.slice(0, 60)}, expected ${expected}`);
    },
  };
}
