import * as v from 'valibot';
import { LopperError } from '../../errors';
import { type Sublayer, sublayerIndex, sublayersOf, unitsOf } from '../../model/units';
import { countBlocks } from '../../pruning/mask';
import { readEntries, recoveryEntry, writeEntries } from '../../recovery/entries';
import type { Placed } from '../../recovery/module';
import type { CurveReport, CurveRequest, InfluenceReport, NormsReport, PlanPoint, PlanReport } from '../contract';
import { openResultText, type ResultText } from './read-result';
import { RESULT_KINDS } from './result-kinds';
import { curveRequest } from './result-schemas';

/** The model a result was measured on or is read for. The lab's model report serves as one. */
export interface ResultModel {
  readonly id: string;
  readonly revision?: string;
  readonly blocks: number;
  /** Of its stream; without it what stands in is not read. */
  readonly width?: number;
  /** Identifies the weights; `weights_sha256` in the file. */
  readonly fingerprint?: string;
  /** What they were made of while loading, where they were. */
  readonly precision?: 'q8' | 'q4';
}

/** Where a result comes from. */
export interface ResultOrigin {
  /** What it was measured on: the text's name or file, and the hash of what was read. */
  readonly text: { readonly source: string; readonly sha256?: string };
  readonly madeBy: {
    readonly lopper: string;
    readonly adapter: string;
    readonly dtype: string;
    /** The command line that makes it again, where one made it. */
    readonly command?: string;
  };
}

export type Result =
  | { readonly kind: 'influence'; readonly report: InfluenceReport }
  | {
      readonly kind: 'curve';
      readonly report: CurveReport;
      /** What was asked, to go on from the report. */
      readonly request?: Omit<CurveRequest, 'resume'>;
    }
  | { readonly kind: 'norms'; readonly report: NormsReport }
  /** With what stands in for the best, where its numbers are few enough for JSON. */
  | { readonly kind: 'plan'; readonly report: PlanReport };

const model = v.object({
  id: v.string(),
  revision: v.optional(v.string()),
  blocks: v.pipe(v.number(), v.integer(), v.minValue(1)),
  weights_sha256: v.optional(v.string()),
  precision: v.optional(v.picklist(['q8', 'q4'])),
});
const head = v.object({
  format: v.literal('lopper-result'),
  version: v.literal(1),
  kind: v.picklist(['influence', 'curve', 'norms', 'plan']),
  model,
  text: v.object({ source: v.string(), sha256: v.optional(v.string()) }),
  made_by: v.object({ lopper: v.string(), adapter: v.string(), dtype: v.string(), command: v.optional(v.string()) }),
});

/** A result as the object that its file holds: the report's own fields, and beside them where it comes from. */
export function resultFile(
  result: Result,
  { id, revision, blocks, fingerprint, precision }: ResultModel,
  { text, madeBy }: ResultOrigin,
): object {
  const { kind, report } = result;
  return {
    format: 'lopper-result',
    version: 1,
    kind,
    model: { id, revision, blocks, precision, weights_sha256: fingerprint },
    text,
    made_by: madeBy,
    ...report,
    ...(kind === 'plan' && { modules: undefined, recovery: report.modules && writeEntries(report.modules, 'plan') }),
    ...(kind === 'curve' && result.request && { request: v.parse(curveRequest, result.request) }),
  };
}

/**
 * Reads a result file for the model that is open. Numbers come back as they were, NaN too. Throws `result-invalid` for
 * what is no such file, and `result-mismatch` for one of another model.
 */
export function readResultFile(text: string, open: ResultModel): Result & { readonly origin: ResultOrigin } {
  const file = openResultText('influence', text);
  const { kind, text: source, made_by: madeBy, model } = file.check(head, respelled(file.json));
  checkModel(model, open);
  const origin = { text: source, madeBy };
  const { blocks } = model;
  if (kind === 'influence') return { kind, report: checkInfluence(file, blocks), origin };
  if (kind === 'norms') return { kind, report: checkNorms(file, blocks), origin };
  if (kind === 'plan') return { kind, report: checkPlan(file, blocks, open.width), origin };
  const { request: asked } = file.json as { request?: unknown };
  const request = asked === undefined ? undefined : file.check(curveRequest, asked, 'request.');
  return { kind, report: checkCurve(file, request, blocks), origin, ...(request && { request }) };
}

/** The first version wrote `madeBy`. */
const respelled = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'madeBy' in json ? { made_by: json.madeBy, ...json } : json;

const HOW_MADE = { published: 'as published', q8: 'made of 8 bits', q4: 'made of 4 bits' };

function checkModel(file: v.InferOutput<typeof model>, open: ResultModel) {
  const mismatch = (what: string) =>
    new LopperError('result-mismatch', what, 'Open the model that the result was measured on.');
  if (file.blocks !== open.blocks) {
    throw mismatch(
      `The result is of ${file.id}, a model of ${countBlocks(file.blocks)}; the open model has ${open.blocks}.`,
    );
  }
  if (file.weights_sha256 && open.fingerprint && file.weights_sha256 !== open.fingerprint) {
    const name = `${file.id}${file.revision ? ` at ${file.revision}` : ''}`;
    const [was, is] = [file.precision ?? 'published', open.precision ?? 'published'] as const;
    const made = file.id === open.id && was !== is ? `, its weights ${HOW_MADE[was]} and here ${HOW_MADE[is]}` : '';
    throw mismatch(`The result is of other weights (${name}${made}) than those of ${open.id}, which is open.`);
  }
}

function checkInfluence(file: ResultText, blocks: number): InfluenceReport {
  const report = file.check(RESULT_KINDS.influence.schema);
  const units = unitsOf(blocks, report.unit).length;
  const { sampling } = report;
  const rows: [name: string, list: readonly unknown[]][] = [
    ['values', report.values],
    ['sampling.intervals', sampling?.intervals ?? report.values],
    ...(sampling?.state?.sums.map((row, i) => [`sampling.state.sums.${i}`, row] as [string, number[]]) ?? []),
  ];
  for (const [name, { length }] of rows) checkLength(file, name, length, units);
  return report;
}

function checkCurve(
  file: ResultText,
  { start = [], locked = [], order = [] }: Partial<CurveRequest> = {},
  blocks: number,
): CurveReport {
  const report = file.check(RESULT_KINDS.curve.schema);
  const lists = [...report.points.map((p) => p.dropped), ...(report.order ?? []), ...order, start, locked];
  checkBlocks(file, lists.flat(), blocks);
  for (const [i, point] of report.points.entries()) {
    if (point.removed !== i) throw file.refuse(`"points.${i}.removed" is ${point.removed}, expected ${i}`);
  }
  return report;
}

function checkPlan(file: ResultText, blocks: number, width?: number): PlanReport {
  const report = file.check(RESULT_KINDS.plan.schema);
  const { points, best, rivals, locked = [], free = [] } = report;
  const named = [
    ...points.flatMap((p) => [...p.dropped, ...(p.modules ?? []).flatMap((m) => m.unit)]),
    ...locked,
    ...free,
  ];
  checkBlocks(file, named, blocks);
  for (const index of [...(best === undefined ? [] : [best]), ...rivals.map(({ point }) => point)]) {
    if (index >= points.length) throw file.refuse(`it names point ${index} of ${points.length}`);
  }
  const { recovery } = file.json as { recovery?: unknown };
  if (recovery === undefined || width === undefined || best === undefined) return report;
  const modules = readEntries(file.check(v.array(recoveryEntry), recovery, 'recovery.'), width);
  checkStandIns(file, modules, points[best]!);
  return modules.length > 0 ? { ...report, modules } : report;
}

/** What stands in stands where the best says so, and nowhere else; of a file without its numbers nothing does. */
function checkStandIns(file: ResultText, modules: readonly Placed[], { modules: told = [] }: PlanPoint) {
  if (modules.length === 0) return;
  const where = (units: readonly (readonly Sublayer[])[]) =>
    units
      .map((unit) => unit.map(sublayerIndex).join('+'))
      .sort()
      .join();
  const [asked, found] = [told.map(({ unit }) => unit), modules.map(({ unit: u }) => sublayersOf(u.kind, u.block))];
  if (where(asked) !== where(found)) throw file.refuse('its "recovery" does not stand where its best point says');
}

function checkBlocks(file: ResultText, named: readonly Sublayer[], blocks: number) {
  const stray = named.find((s) => s.block >= blocks);
  if (stray) throw file.refuse(`it names ${stray.kind}:${stray.block}, but its own model has ${countBlocks(blocks)}`);
}

function checkNorms(file: ResultText, blocks: number): NormsReport {
  const report = file.check(RESULT_KINDS.norms.schema);
  for (const group of ['rest', 'first'] as const) {
    for (const kind of ['attn', 'ffn', 'block'] as const) {
      checkLength(file, `${group}.${kind}`, report[group][kind].length, blocks);
    }
  }
  checkLength(file, 'angles', report.angles.length, blocks);
  for (const [a, own] of report.angles.entries()) checkLength(file, `angles.${a}`, own.length, blocks - a);
  return report;
}

function checkLength(file: ResultText, name: string, length: number, expected: number) {
  if (length !== expected) throw file.refuse(`"${name}" has ${length} numbers, expected ${expected}`);
}
