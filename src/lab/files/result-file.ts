import * as v from 'valibot';
import { LopperError } from '../../errors';
import { type Sublayer, unitsOf } from '../../model/units';
import { countBlocks } from '../../pruning/mask';
import type { CurveReport, CurveRequest, InfluenceReport, NormsReport } from '../contract';
import { curveReport, curveRequest, influenceReport, normsReport } from './result-schemas';

/** Files above this are refused unread: a result of any published model is far smaller. */
export const MOST_RESULT_BYTES = 20_000_000;

/** The model a result was measured on or is read for. The lab's model report serves as one. */
export interface ResultModel {
  readonly id: string;
  readonly revision?: string;
  readonly blocks: number;
  /** Identifies the weights; `weights_sha256` in the file. */
  readonly fingerprint?: string;
}

/** Where a result comes from. */
export interface ResultOrigin {
  /** What it was measured on: the text's name or file, and the hash of what was read. */
  readonly text: { readonly source: string; readonly sha256?: string };
  readonly madeBy: { readonly lopper: string; readonly adapter: string; readonly dtype: string };
}

export type Result =
  | { readonly kind: 'influence'; readonly report: InfluenceReport }
  | {
      readonly kind: 'curve';
      readonly report: CurveReport;
      /** What was asked, to go on from the report. */
      readonly request?: Omit<CurveRequest, 'resume'>;
    }
  | { readonly kind: 'norms'; readonly report: NormsReport };

const model = v.object({
  id: v.string(),
  revision: v.optional(v.string()),
  blocks: v.pipe(v.number(), v.integer(), v.minValue(1)),
  weights_sha256: v.optional(v.string()),
});
const head = v.object({
  format: v.literal('lopper-result'),
  version: v.literal(1),
  kind: v.picklist(['influence', 'curve', 'norms']),
  model,
  text: v.object({ source: v.string(), sha256: v.optional(v.string()) }),
  madeBy: v.object({ lopper: v.string(), adapter: v.string(), dtype: v.string() }),
});

/** A result as the object that its file holds: the report's own fields, and beside them where it comes from. */
export function resultFile(
  result: Result,
  { id, revision, blocks, fingerprint }: ResultModel,
  { text, madeBy }: ResultOrigin,
): object {
  const { kind, report } = result;
  return {
    format: 'lopper-result',
    version: 1,
    kind,
    model: { id, revision, blocks, weights_sha256: fingerprint },
    text,
    madeBy,
    ...report,
    ...(kind === 'curve' && result.request && { request: v.parse(curveRequest, result.request) }),
  };
}

/**
 * Reads a result file for the model that is open. Numbers come back as they were, NaN too. Throws `result-invalid` for
 * what is no such file, and `result-mismatch` for one of another model.
 */
export function readResultFile(text: string, open: ResultModel): Result & { readonly origin: ResultOrigin } {
  if (text.length > MOST_RESULT_BYTES) {
    throw invalid(`it has ${text.length} characters; ${MOST_RESULT_BYTES} is the most that is read`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw invalid(`it is not JSON (${(cause as Error).message})`, { cause });
  }
  const { kind, text: source, madeBy, model } = validate(head, json);
  checkModel(model, open);
  const origin = { text: source, madeBy };
  if (kind === 'influence') return { kind, report: checkInfluence(validate(influenceReport, json), model), origin };
  if (kind === 'norms') return { kind, report: checkNorms(validate(normsReport, json), model), origin };
  const { request: asked } = json as { request?: unknown };
  const request = asked === undefined ? undefined : validate(curveRequest, asked, 'request.');
  const report = checkCurve(validate(curveReport, json), request, model);
  return { kind, report, origin, ...(request && { request }) };
}

type FileModel = v.InferOutput<typeof model>;

function checkModel(file: FileModel, open: ResultModel) {
  const mismatch = (what: string) =>
    new LopperError('result-mismatch', what, 'Open the model that the result was measured on.');
  if (file.blocks !== open.blocks) {
    throw mismatch(
      `The result is of ${file.id}, a model of ${countBlocks(file.blocks)}; the open model has ${open.blocks}.`,
    );
  }
  if (file.weights_sha256 && open.fingerprint && file.weights_sha256 !== open.fingerprint) {
    const name = `${file.id}${file.revision ? ` at ${file.revision}` : ''}`;
    throw mismatch(`The result is of other weights (${name}) than those of ${open.id}, which is open.`);
  }
}

function checkInfluence(report: InfluenceReport, { blocks }: FileModel): InfluenceReport {
  const units = unitsOf(blocks, report.unit).length;
  const { sampling } = report;
  const rows: [name: string, list: readonly unknown[]][] = [
    ['values', report.values],
    ['sampling.intervals', sampling?.intervals ?? report.values],
    ...(sampling?.state?.sums.map((row, i) => [`sampling.state.sums.${i}`, row] as [string, number[]]) ?? []),
  ];
  for (const [name, { length }] of rows) checkLength(name, length, units);
  return report;
}

function checkCurve(
  report: CurveReport,
  { start = [], locked = [], order = [] }: Partial<CurveRequest> = {},
  { blocks }: FileModel,
): CurveReport {
  const lists = [...report.points.map((p) => p.dropped), ...(report.order ?? []), ...order, start, locked];
  const named: Sublayer[] = lists.flat();
  const stray = named.find((s) => s.block >= blocks);
  if (stray) throw invalid(`it names ${stray.kind}:${stray.block}, but its own model has ${countBlocks(blocks)}`);
  for (const [i, point] of report.points.entries()) {
    if (point.removed !== i) throw invalid(`"points.${i}.removed" is ${point.removed}, expected ${i}`);
  }
  return report;
}

function checkNorms(report: NormsReport, { blocks }: FileModel): NormsReport {
  for (const group of ['rest', 'first'] as const) {
    for (const kind of ['attn', 'ffn', 'block'] as const) {
      checkLength(`${group}.${kind}`, report[group][kind].length, blocks);
    }
  }
  checkLength('angles', report.angles.length, blocks);
  for (const [a, own] of report.angles.entries()) checkLength(`angles.${a}`, own.length, blocks - a);
  return report;
}

function checkLength(name: string, length: number, expected: number) {
  if (length !== expected) throw invalid(`"${name}" has ${length} numbers, expected ${expected}`);
}

function validate<T>(schema: v.GenericSchema<unknown, T>, json: unknown, within = ''): T {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  if (!path) throw invalid(`it is ${issue.received}, no object`);
  if (issue.received === 'undefined') throw invalid(`"${within}${path}" is missing`);
  const expected = (issue.expected ?? issue.message).slice(0, 200);
  throw invalid(`"${within}${path}" is ${issue.received.slice(0, 60)}, expected ${expected}`);
}

const invalid = (what: string, options?: ErrorOptions) =>
  new LopperError(
    'result-invalid',
    `This is not a result Lopper can read: ${what}.`,
    'Choose a file that lopper influence, curve or norms printed with --json, or that the page saved ("format": "lopper-result").',
    options,
  );
