/** A part of the work that a request takes, as a file: the report on it, what was asked, of which model, and by what. */
import * as v from 'valibot';
import { sha256Of } from '../../formats/sha256';
import type { Sublayer } from '../../model/units';
import type { CurveRequest, Part } from '../contract';
import { PART_REPORTS, type PartJob, type PartReport } from './part-schemas';
import { openResultText } from './read-result';
import type { ResultModel, ResultOrigin } from './result-file';
import { curveRequest, partFields, sublayers } from './result-schemas';
import { lackOf } from './sound-part';

export interface PartFile<N extends PartJob = PartJob> {
  readonly job: N;
  readonly part: Part;
  /** Absent where the job opens models of its own. */
  readonly model?: ResultModel;
  readonly text: ResultOrigin['text'];
  readonly madeBy: Omit<ResultOrigin['madeBy'], 'dtype'> & { readonly dtype?: string };
  /** All that decides the numbers, by name; what is long as its SHA-256. */
  readonly asked: Readonly<Record<string, string>>;
  /** The words of the command line, for the whole to be told as it would have been. */
  readonly words: readonly string[];
  /** What the command drops. */
  readonly dropped: readonly Sublayer[];
  readonly report: PartReport<N>;
  /** Of a curve: what was asked, to go on from it. */
  readonly request?: Omit<CurveRequest, 'resume'>;
}

const head = v.object({
  format: v.literal('lopper-part'),
  version: v.literal(1),
  job: v.picklist(Object.keys(PART_REPORTS) as PartJob[]),
  part: v.object(partFields),
  model: v.optional(
    v.object({
      id: v.string(),
      revision: v.optional(v.string()),
      blocks: partFields.of,
      weights_sha256: v.optional(v.string()),
      precision: v.optional(v.picklist(['q8', 'q4'])),
    }),
  ),
  text: v.object({ source: v.string(), sha256: v.optional(v.string()) }),
  made_by: v.object({ lopper: v.string(), adapter: v.string(), dtype: v.optional(v.string()) }),
  asked: v.record(v.string(), v.string()),
  words: v.array(v.string()),
  dropped: sublayers,
  request: v.optional(curveRequest),
});

/** A part as the object that its file holds. */
export function partFile({ model, madeBy, request, report, ...rest }: PartFile): object {
  const { fingerprint, ...named } = model ?? {};
  return {
    ...{ format: 'lopper-part', version: 1, ...rest },
    ...(model && { model: { ...named, weights_sha256: fingerprint } }),
    ...(request && { request: v.parse(curveRequest, request) }),
    ...{ made_by: madeBy, report },
  };
}

/** Reads a part. Numbers come back as they were, NaN too. Throws `result-invalid`, naming the file. */
export function readPartFile(text: string, name: string): PartFile {
  const file = openResultText('part', text, name);
  const { format: _, version: __, model, made_by: madeBy, ...rest } = file.check(head);
  const { job, part } = rest;
  if (part.index > part.of) throw file.refuse(`it is part ${part.index} of ${part.of}`);
  const { report: own } = file.json as { report?: unknown };
  const report = file.check(PART_REPORTS[job] as v.GenericSchema<unknown, PartReport>, own, 'report.');
  const lack = lackOf(job, report as never);
  if (lack) throw file.refuse(lack);
  if (!model) return { ...rest, madeBy, report };
  const { weights_sha256: fingerprint, ...named } = model;
  return { ...rest, madeBy, report, model: { ...named, ...(fingerprint && { fingerprint }) } };
}

/** Letters of a fact that is told as it is. */
const SHORT = 80;
/** Of a request, what says which part of the work, and what it is gone on from. */
const BESIDE = ['part', 'resume', 'known', 'knownFrom'];

/** What a request asks, by name ("task.limit"), for two to be held against each other. */
export async function factsOf(request: object): Promise<Record<string, string>> {
  const facts: Record<string, string> = {};
  const tell = async (name: string, value: unknown): Promise<void> => {
    if (value === undefined) return;
    if (ArrayBuffer.isView(value)) {
      facts[name] = `SHA-256 ${await sha256Of(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}`;
    } else if (isObject(value) || (Array.isArray(value) && value.some(isObject))) {
      for (const [key, own] of Object.entries(value)) await tell(`${name}.${key}`, own);
    } else {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      facts[name] = text.length > SHORT ? `SHA-256 ${await sha256Of(text)}` : text;
    }
  };
  for (const [key, value] of Object.entries(request)) if (!BESIDE.includes(key)) await tell(key, value);
  return facts;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
