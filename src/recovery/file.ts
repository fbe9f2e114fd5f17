/** Recovery modules as a file: safetensors, F32, `block.2.A` [rank, width], `attn.1.B` [width, rank], `ffn.3.bias` [width]. */
import * as v from 'valibot';
import { LopperError } from '../errors';
import type { ByteSource } from '../formats/bytes';
import { readHeader } from '../formats/safetensors';
import type { TensorInfo } from '../formats/tensor';
import { type WrittenTensor, writeSafetensors } from '../formats/write-safetensors';
import { PLAIN_UNITS, type Sublayer, sublayersOf } from '../model/units';
import { isMerged, type Numbers, type Placed, READS, type RecoveredUnit } from './module';
import { unitName } from './units';

/** The model that modules were fitted on or are read for. The lab's model report serves as one. */
export interface RecoveryModel {
  readonly id: string;
  readonly revision?: string;
  readonly architecture: string;
  readonly blocks: number;
  readonly width: number;
  /** Identifies the weights. */
  readonly fingerprint?: string;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());

/** What the file says of itself, in one JSON under the key `lopper` of its metadata. */
const about = v.object({
  model: v.object({
    id: v.string(),
    revision: v.optional(v.string()),
    architecture: v.string(),
    blocks: v.pipe(count, v.minValue(1)),
    weights_sha256: v.optional(v.string()),
  }),
  /** In the order in which they were dropped. */
  dropped: v.array(v.tuple([v.picklist(['attn', 'ffn']), count])),
  method: v.string(),
  strength: v.record(v.string(), finite),
  /** Of the modules that read something else than the raw stream. */
  reads: v.optional(v.record(v.string(), v.picklist(READS))),
  settings: v.optional(v.record(v.string(), v.unknown())),
  calibration: v.optional(v.object({ source: v.string(), sha256: v.optional(v.string()), tokens: v.optional(count) })),
  loss: v.optional(v.record(v.string(), v.array(finite))),
  made_by: v.optional(v.object({ lopper: v.string(), adapter: v.string(), dtype: v.string() })),
  /** See training-file.ts. */
  training: v.optional(v.unknown()),
});
export type RecoveryAbout = v.InferOutput<typeof about>;

/** What was fitted on a model: what is dropped, and what stands there. */
export interface Recovery {
  readonly dropped: readonly Sublayer[];
  readonly modules: readonly Placed[];
}

const FORMAT = 'lopper-recovery';
const VERSION = '1';

/** Tensors that training goes on from begin so: no part of what stands in. */
const TRAINING = 'train.';

/** The file. `notes`: how it was fitted, and what it was worth; `training`: what goes on from it, see training-file.ts. */
export function writeRecovery(
  { dropped, modules }: Recovery,
  { id, revision, architecture, blocks, fingerprint }: RecoveryModel,
  notes: Omit<RecoveryAbout, 'model' | 'dropped' | 'strength' | 'reads'>,
  training: readonly WrittenTensor[] = [],
): Uint8Array<ArrayBuffer> {
  const tensors = modules.flatMap(({ unit, module: { bias, map, diagonal } }): WrittenTensor[] => {
    const name = tensorName(unit);
    const width = bias.length;
    return [
      ...(map ? [{ name: `${name}.A`, shape: [map.rank, width], data: map.a }] : []),
      ...(map ? [{ name: `${name}.B`, shape: [width, map.rank], data: map.b }] : []),
      { name: `${name}.bias`, shape: [width], data: bias },
      ...(diagonal ? [{ name: `${name}.diagonal`, shape: [width], data: diagonal }] : []),
    ];
  });
  const others = modules.flatMap(({ unit, module: { reads } }) => (reads ? [[tensorName(unit), reads] as const] : []));
  const told: RecoveryAbout = {
    model: { id, revision, architecture, blocks, weights_sha256: fingerprint },
    dropped: dropped.map(({ kind, block }) => [kind, block]),
    strength: Object.fromEntries(modules.map(({ unit, module }) => [tensorName(unit), module.strength])),
    ...(others.length > 0 && { reads: Object.fromEntries(others) }),
    ...notes,
  };
  return writeSafetensors([...tensors, ...training], {
    format: FORMAT,
    version: VERSION,
    lopper: JSON.stringify(told),
  });
}

/** Whether a file says that it is one: weights of a model are safetensors too. */
export async function isRecovery(source: ByteSource): Promise<boolean> {
  const header = await readHeader(source).catch(() => undefined);
  return header?.metadata.get('format') === FORMAT;
}

/**
 * Reads modules for the model that is open. `warnings` say, for people, what does not stop them from being used. Throws
 * `recovery-invalid` for what is no such file, and `mask-mismatch` for one of a model of another shape.
 */
export async function readRecovery(
  source: ByteSource,
  model: RecoveryModel,
): Promise<Recovery & { readonly about: RecoveryAbout; readonly warnings: readonly string[] }> {
  const invalid = (what: string, options?: ErrorOptions) =>
    new LopperError(
      'recovery-invalid',
      `${source.name} is no recovery that Lopper can read: ${what}.`,
      'Choose a file that lopper recover wrote with --out, or that the page saved.',
      options,
    );
  const { tensors, metadata } = await readHeader(source).catch((cause) => {
    throw invalid((cause as Error).message.replace(/\.$/, ''), { cause });
  });
  if (metadata.get('format') !== FORMAT) throw invalid(`its metadata does not call it "${FORMAT}"`);
  if (metadata.get('version') !== VERSION) throw invalid(`it is of version ${metadata.get('version')}, not ${VERSION}`);
  const told = readAbout(metadata.get('lopper'));
  if (typeof told === 'string') throw invalid(told);
  if (told.model.blocks !== model.blocks) {
    throw new LopperError(
      'mask-mismatch',
      `${source.name} is for a model of ${told.model.blocks} blocks; the open model has ${model.blocks}.`,
      'Open the model that it was fitted on.',
    );
  }
  const modules: Placed[] = [];
  for (const [name, own] of byUnit(tensors.filter((t) => !t.name.startsWith(TRAINING)))) {
    const unit = unitOf(name, model.blocks);
    if (!unit) throw invalid(`its tensor ${own[0]!.name} belongs to no layer of a model of ${model.blocks} blocks`);
    const strength = told.strength[name] ?? 1;
    const reads = told.reads?.[name];
    const read = await readModule(own, name, model.width, invalid, source.name);
    if (reads && !read.map) throw invalid(`${name} reads the ${reads} stream, and has no map`);
    modules.push({ unit, module: { strength, ...(reads && { reads }), ...read } });
  }
  const dropped = told.dropped.map(([kind, block]): Sublayer => ({ kind, block }));
  const gone = new Set(dropped.map(({ kind, block }) => `${kind}.${block}`));
  const kept = modules.find(
    ({ unit, module }) => !isMerged(module) && sublayersOf(unit.kind, unit.block).some((s) => !gone.has(tensorName(s))),
  );
  if (kept) throw invalid(`it has a module for ${unitName(kept.unit)}, which it does not drop`);
  return { dropped, modules, about: told, warnings: warningsOf(told, model) };
}

const tensorName = ({ kind, block }: RecoveredUnit): string => `${kind}.${block}`;

function unitOf(name: string, blocks: number): RecoveredUnit | undefined {
  const [kind, block] = name.split('.') as [string, string];
  const known = PLAIN_UNITS.find((unit) => unit === kind);
  return known && /^\d+$/.test(block) && Number(block) < blocks ? { kind: known, block: Number(block) } : undefined;
}

function byUnit(tensors: readonly TensorInfo[]): Map<string, TensorInfo[]> {
  const units = new Map<string, TensorInfo[]>();
  for (const tensor of tensors) {
    const name = tensor.name.split('.').slice(0, 2).join('.');
    units.set(name, [...(units.get(name) ?? []), tensor]);
  }
  return units;
}

async function readModule(
  tensors: readonly TensorInfo[],
  name: string,
  width: number,
  invalid: (what: string) => LopperError,
  file: string,
) {
  const find = (part: string) => tensors.find((t) => t.name === `${name}.${part}`);
  const [a, b, bias, diagonal] = ['A', 'B', 'bias', 'diagonal'].map(find);
  const other = tensors.find((t) => ![a, b, bias, diagonal].includes(t));
  if (other) throw invalid(`it has a tensor ${other.name.slice(0, 60)}, which no module has`);
  if (!bias) throw invalid(`${name} has no bias`);
  if (!a !== !b) throw invalid(`${name} has only one of A and B`);
  const rank = a?.shape[0] ?? 0;
  const shapes = [[bias, [width]] as const, [diagonal, [width]] as const, [a, [rank, width]] as const];
  for (const [tensor, shape] of [...shapes, [b, [width, rank]] as const]) {
    if (!tensor) continue;
    if (tensor.dtype !== 'F32') throw invalid(`${tensor.name} is ${tensor.dtype}, not F32`);
    if (tensor.shape.join() === shape.join()) continue;
    throw new LopperError(
      'mask-mismatch',
      `${file}: ${tensor.name} has the shape [${tensor.shape.join(', ')}]; for this model it would be [${shape.join(', ')}].`,
      'Open the model that it was fitted on.',
    );
  }
  if (a && (rank < 1 || rank > width)) throw invalid(`${name} has rank ${rank}`);
  const numbers = async (tensor: TensorInfo): Promise<Numbers> => {
    const values = floats(await tensor.source.read(tensor.start, tensor.end));
    if (!values.every(Number.isFinite)) throw invalid(`${tensor.name} has a number that is not finite`);
    return values;
  };
  return {
    bias: await numbers(bias),
    ...(a && b && { map: { rank, a: await numbers(a), b: await numbers(b) } }),
    ...(diagonal && { diagonal: await numbers(diagonal) }),
  };
}

/** Little-endian F32, from wherever they lie. */
export function floats(bytes: Uint8Array): Numbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** What the file says of itself, or what is wrong with it. */
function readAbout(text: string | undefined): RecoveryAbout | string {
  if (text === undefined) return 'its metadata does not say what it was fitted on';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    return `what it says of itself is not JSON (${(cause as Error).message})`;
  }
  const result = v.safeParse(about, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  return `"${v.getDotPath(issue) ?? 'its metadata'}" is ${issue.received.slice(0, 60)}, expected ${issue.expected ?? issue.message}`;
}

function warningsOf({ model }: RecoveryAbout, open: RecoveryModel): string[] {
  const differs = model.weights_sha256 && open.fingerprint && model.weights_sha256 !== open.fingerprint;
  if (!differs && model.architecture === open.architecture) return [];
  const revision = model.revision ? ` at ${model.revision}` : '';
  return [`The recovery was fitted on other weights: ${model.id}${revision} (${model.architecture}).`];
}
