import * as v from 'valibot';
import { LopperError } from '../../errors';
import type { GrowthReport } from '../contract';
import type { ResultOrigin } from './result-file';
import { growthReport } from './result-schemas';

/** Whose checkpoints ship with Lopper. Their weights take 8 bits, which is said wherever their numbers are shown. */
export const BUNDLED_SERIES = 'Sapling, checkpoints in 8 bits';

/** Where a series of measurements comes from. Every checkpoint has a dtype of its own. */
export interface GrowthOrigin {
  readonly text: ResultOrigin['text'];
  readonly madeBy: Omit<ResultOrigin['madeBy'], 'dtype'>;
}

const head = { format: 'lopper-result', version: 1, kind: 'growth' } as const;
const headSchema = v.object({
  format: v.literal(head.format),
  version: v.literal(head.version),
  kind: v.literal(head.kind),
});

/** A report as the object that its file holds: its own fields, and beside them where it comes from. */
export const growthFile = (report: GrowthReport, { text, madeBy }: GrowthOrigin): object => ({
  ...head,
  text,
  madeBy,
  ...report,
});

/** Reads the report in a file. Numbers come back as they were, NaN too. Throws `result-invalid`, naming the file. */
export function readGrowthFile(text: string, name: string): GrowthReport {
  const invalid = (what: string, options?: ErrorOptions) =>
    new LopperError(
      'result-invalid',
      `${name} is no result of lopper growth: ${what}.`,
      'Give a file that lopper growth printed with --json.',
      options,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(`it is not JSON (${(cause as Error).message})`, { cause });
  }
  const check = <T>(schema: v.GenericSchema<unknown, T>): T => {
    const { success, output, issues } = v.safeParse(schema, json);
    if (success) return output;
    const [{ received, expected }] = issues;
    const name = v.getDotPath(issues[0]) ?? 'it';
    throw invalid(
      received === 'undefined' ? `${name} is missing` : `${name} is ${received.slice(0, 60)}, expected ${expected}`,
    );
  };
  check(headSchema);
  return check(growthReport);
}
