import * as v from 'valibot';
import { LopperError } from '../errors';
import { parseJson, said } from '../json';
import { type Sublayer, type SublayerKind, sublayersOf, UNIT_NAMES } from '../model/units';
import { type RecoveryEntry, readEntries, recoveryEntry } from '../recovery/entries';
import type { Placed } from '../recovery/module';
import { countBlocks, type Mask, maskFromSublayers } from './mask';

/** Files above this are refused unread: a mask of any published model is a few kilobytes. */
export const MOST_MASK_FILE_BYTES = 5_000_000;

/** The model a mask was made on or is read for. The lab's model report serves as one. */
export interface MaskModel {
  readonly id: string;
  readonly revision?: string;
  readonly architecture: string;
  readonly blocks: number;
  /** Identifies the weights; `weights_sha256` in the file. */
  readonly fingerprint?: string;
  /** Of its stream; without it no recovery is read. */
  readonly width?: number;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const kind = v.picklist(['attn', 'ffn']);

const scores = v.object({
  metric: v.string(),
  unit: v.picklist(UNIT_NAMES),
  block: v.optional(v.array(finite)),
  attn: v.optional(v.array(finite)),
  ffn: v.optional(v.array(finite)),
});
const calibration = v.object({
  source: v.string(),
  sequences: count,
  tokens: count,
  seed: v.optional(finite),
  sha256: v.optional(v.string()),
});
const evaluation = v.object({
  task: v.string(),
  shots: count,
  n: count,
  metric: v.string(),
  full: finite,
  pruned: finite,
  ci95: v.tuple([finite, finite]),
});
/** On the text under `calibration`: nats per token, and of what the mask adds its 95% interval, paired by windows. */
const loss = v.object({
  full: finite,
  pruned: finite,
  added: finite,
  ci95: v.optional(v.tuple([finite, finite])),
  measured: v.picklist(['here', 'beforehand', 'elsewhere']),
  /** What it was measured on. */
  adapter: v.string(),
});
/** Fractions are of the full model, 0 to 1. */
const savings = v.object({
  parameters: count,
  parameter_fraction: finite,
  kv_bytes_per_token: count,
  kv_fraction: finite,
});
/** How the mask was chosen, where it was not by hand. */
const strategy = v.object({
  name: v.string(),
  unit: v.picklist(UNIT_NAMES),
  metric: v.optional(v.string()),
  seed: v.optional(finite),
});
const madeBy = v.object({ lopper: v.string(), adapter: v.string(), dtype: v.string() });

const maskFile = v.object({
  format: v.literal('lopper-mask'),
  version: v.literal(1),
  model: v.object({
    id: v.string(),
    revision: v.optional(v.string()),
    architecture: v.string(),
    blocks: v.pipe(count, v.minValue(1)),
    weights_sha256: v.optional(v.string()),
  }),
  index_base: v.literal(0),
  dropped: v.object({ attn: v.array(count), ffn: v.array(count) }),
  order: v.optional(v.array(v.tuple([kind, count]))),
  strategy: v.optional(strategy),
  loss: v.optional(loss),
  savings: v.optional(savings),
  scores: v.optional(scores),
  calibration: v.optional(calibration),
  /** What stands in for what is dropped, with its numbers where they are few. */
  recovery: v.optional(v.array(recoveryEntry)),
  evaluations: v.optional(v.array(evaluation)),
  made_by: v.optional(madeBy),
});

/** The fields of Lopper's mask file, version 1. */
export type MaskFile = v.InferOutput<typeof maskFile>;

/** What may be written beside the mask: where it comes from and what it cost. */
export type MaskNotes = Pick<
  MaskFile,
  'strategy' | 'loss' | 'savings' | 'scores' | 'calibration' | 'recovery' | 'evaluations' | 'made_by'
>;

const sorted = (sublayers: readonly Sublayer[], kind: SublayerKind) =>
  sublayers
    .filter((s) => s.kind === kind)
    .map((s) => s.block)
    .sort((a, b) => a - b);

/** The mask as the text of a file. Throws `mask-invalid` rather than write what `readMaskFile` would refuse. */
export function writeMaskFile(mask: Mask, model: MaskModel, notes: MaskNotes = {}): string {
  checkBlocks(mask.blocks, model.blocks);
  const { id, revision, architecture, blocks, fingerprint } = model;
  const file = validate({
    format: 'lopper-mask',
    version: 1,
    model: { id, revision, architecture, blocks, weights_sha256: fingerprint },
    index_base: 0,
    dropped: { attn: sorted(mask.dropped, 'attn'), ffn: sorted(mask.dropped, 'ffn') },
    order: mask.dropped.map((s) => [s.kind, s.block]),
    strategy: notes.strategy,
    loss: notes.loss,
    savings: notes.savings,
    scores: notes.scores,
    calibration: notes.calibration,
    recovery: notes.recovery,
    evaluations: notes.evaluations,
    made_by: notes.made_by,
  });
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a mask file for the model that is open. Throws `mask-invalid` for what is not such a file and `mask-mismatch`
 * for one from a model with another number of blocks. Fields this version does not know are left out. `warnings` say,
 * for people, what does not stop the mask from being used: another architecture, other weights, a recovery that is
 * elsewhere. `modules`: what stands in, where the file has its numbers; `recovery-invalid` where they are of another shape.
 */
export function readMaskFile(
  text: string,
  model: MaskModel,
): { mask: Mask; modules: readonly Placed[]; warnings: string[]; file: MaskFile } {
  if (text.length > MOST_MASK_FILE_BYTES) {
    throw invalid(`it has ${text.length} characters; ${MOST_MASK_FILE_BYTES} is the most that is read`);
  }
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw invalid(`it is not JSON (${said(cause)})`, { cause });
  }
  const file = validate(json);
  checkBlocks(file.model.blocks, model.blocks);
  const mask = maskFromSublayers(model.blocks, orderOf(file));
  const modules = checkRecovery(file.recovery ?? [], mask, model.width);
  return { mask, modules, warnings: warningsOf(file, modules, model), file };
}

/** The dropped sublayers in their order; without one, all attn, then all ffn. */
function orderOf({ dropped, order, model }: MaskFile): Sublayer[] {
  const listed: Sublayer[] = [
    ...dropped.attn.map((block) => ({ block, kind: 'attn' as const })),
    ...dropped.ffn.map((block) => ({ block, kind: 'ffn' as const })),
  ];
  const names = checkSet(listed, 'dropped', model.blocks);
  if (order === undefined) return listed;
  const ordered = order.map(([kind, block]) => ({ block, kind }));
  const orderedNames = checkSet(ordered, 'order', model.blocks);
  const missing = [...names].find((name) => !orderedNames.has(name));
  if (missing) throw invalid(`"dropped" has ${missing} and "order" has not`);
  const extra = [...orderedNames].find((name) => !names.has(name));
  if (extra) throw invalid(`"order" has ${extra} and "dropped" has not`);
  return ordered;
}

function checkSet(sublayers: readonly Sublayer[], field: string, blocks: number): Set<string> {
  const names = new Set<string>();
  for (const { block, kind } of sublayers) {
    const name = `${kind}:${block}`;
    if (block >= blocks) throw invalid(`"${field}" has ${name}, but the file's own model has ${countBlocks(blocks)}`);
    if (names.has(name)) throw invalid(`"${field}" has ${name} twice`);
    names.add(name);
  }
  return names;
}

/** Each stands in for what is dropped, and nothing has two. */
function checkRecovery(entries: readonly RecoveryEntry[], mask: Mask, width: number | undefined): readonly Placed[] {
  const gone = new Set(mask.dropped.map(({ kind, block }) => `${kind}:${block}`));
  for (const { unit, reads } of entries) {
    for (const { kind, block } of sublayersOf(...unit)) {
      if (reads === 'update') {
        if (!gone.has(`${kind}:${block}`)) continue;
        throw invalid(`"recovery" maps what ${kind}:${block} adds, which is dropped`);
      }
      if (!gone.delete(`${kind}:${block}`)) {
        throw invalid(`"recovery" stands in for ${kind}:${block}, which is not dropped, or has a stand-in already`);
      }
    }
  }
  return width === undefined ? [] : readEntries(entries, width);
}

function warningsOf({ model, recovery = [] }: MaskFile, modules: readonly Placed[], open: MaskModel): string[] {
  const warnings: string[] = [];
  if (model.architecture !== open.architecture) {
    warnings.push(`The mask was made on ${model.id} (${model.architecture}); the open model is ${open.architecture}.`);
  } else if (model.weights_sha256 && open.fingerprint && model.weights_sha256 !== open.fingerprint) {
    warnings.push(`The mask was made on other weights: ${model.id}${model.revision ? ` at ${model.revision}` : ''}.`);
  }
  const missing = recovery.length - modules.length;
  if (missing > 0) {
    const named =
      missing === 1 ? '1 recovery module, whose numbers are' : `${missing} recovery modules, whose numbers are`;
    warnings.push(`The file names ${named} not in it: open the recovery file too.`);
  }
  return warnings;
}

function validate(json: unknown): MaskFile {
  const result = v.safeParse(maskFile, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  if (path === 'index_base') {
    throw invalid(`its "index_base" is ${issue.received}; Lopper counts blocks from 0 and shifts nothing by itself`);
  }
  if (!path) throw invalid(`it is ${issue.received}, no object`);
  if (issue.received === 'undefined') throw invalid(`"${path}" is missing`);
  throw invalid(`"${path}" is ${issue.received.slice(0, 60)}, expected ${issue.expected ?? issue.message}`);
}

function checkBlocks(file: number, open: number) {
  if (file === open) return;
  throw new LopperError(
    'mask-mismatch',
    `The mask is for a model of ${countBlocks(file)}; the open model has ${open}.`,
    'Open the model that the mask was made on, or make a mask on this one.',
  );
}

const invalid = (what: string, options?: ErrorOptions) =>
  new LopperError(
    'mask-invalid',
    `This is not a mask Lopper can read: ${what}.`,
    'Choose a file that Lopper exported ("format": "lopper-mask", "version": 1), or a file of one of the tools that it exports to.',
    options,
  );
