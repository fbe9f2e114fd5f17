import { LopperError } from '../../errors';
import { DTYPES, isDtype } from '../../formats/dtypes';
import type { TensorInfo, TensorMap } from '../../formats/tensor';
import type { LinearSpec, ModelSpec } from '../../model/spec';
import { isBlockDropped, isDropped, type Mask } from '../../pruning/mask';
import type { Placed, RecoveryModule } from '../../recovery/module';
import { keptBlocks } from '../format';
import { switchedOn } from './biases';
import { llmDropConfig, patchConfig } from './config';
import { type Beside, foldModules, outputOf } from './fold';
import type { MadeTensor } from './fold-map';
import { biasOf, blockOf, inBlock } from './names';

/** How single sublayers go: zeroed, for stock code; or listed, for LLM-Drop's classes. */
export type CheckpointForm = 'zeroed' | 'llm-drop';

/** A tensor of the exported model, and what its bytes are made of. */
export interface PlannedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly from: TensorBytes;
}

export type TensorBytes =
  | { readonly kind: 'copy'; readonly tensor: TensorInfo }
  | { readonly kind: 'zeros' }
  /** F32, number by number. */
  | { readonly kind: 'made'; readonly at: MadeTensor['at'] }
  /** F32: the tensor's numbers (zeros without one) with a vector added to each of its rows. */
  | { readonly kind: 'added'; readonly tensor?: TensorInfo; readonly vector: Float64Array }
  /** F32: a projection's weights, or its bias, behind which a map comes: W + s B A W; a vector is added where there is one. */
  | { readonly kind: 'merged'; readonly tensor: TensorInfo; readonly by: MergedMap };

export interface CheckpointPlan {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: readonly PlannedTensor[];
  /** Blocks of the base that are still there, rising. */
  readonly kept: readonly number[];
  /** What stands in and is now part of the weights, `attn:3`. */
  readonly folded: readonly string[];
  readonly beside: readonly Beside[];
  readonly notes: readonly string[];
}

/** What comes behind a projection, and how that lies: outputs by rows, or by columns as GPT-2 has them. */
export interface MergedMap {
  readonly module: RecoveryModule;
  readonly byColumns: boolean;
  readonly vector?: Float64Array;
}

/** The full model, as `describeStored` has it, with the config.json that it came with. */
export interface CheckpointBase {
  readonly spec: ModelSpec;
  readonly tensors: TensorMap;
  readonly config: Readonly<Record<string, unknown>>;
  /** The text that this was read from. */
  readonly configText: string;
}

/**
 * What a pruned checkpoint consists of. Throws `mask-invalid` where nothing would be left, and `dtype-unsupported` for weights that
 * no safetensors file holds.
 */
export function planCheckpoint(
  base: CheckpointBase,
  mask: Mask,
  modules: readonly Placed[] = [],
  form: CheckpointForm = 'zeroed',
): CheckpointPlan {
  if (form === 'llm-drop') return planListed(base, mask, modules);
  const { spec, tensors } = base;
  const kept = keptBlocks(mask);
  const { folded, beside } = foldModules(spec, mask, modules, kept);
  const biased = switchedOn(
    spec,
    folded.flatMap(({ into, vector }) => (into && vector && into.biases.length === 0 ? [kindOf(spec, into)] : [])),
  );
  const added = new Map<string, Float64Array>();
  const merged = new Map<string, MergedMap>();
  for (const { into, vector, merged: module } of folded) {
    if (module) {
      merged.set(into!.weights[0]!, { module, byColumns: into!.transposed });
      for (const bias of into!.biases) merged.set(bias, { module, byColumns: false });
    }
    if (!vector) continue;
    const name = into ? biasOf(into.weights[0]!) : (spec.positions ?? spec.embedding);
    added.set(name, plus(added.get(name), vector));
  }
  const made = new Map(folded.flatMap(({ made = [] }) => made.map((tensor) => [tensor.name, madeTensor(tensor)])));
  const zeroed = new Set(zeroedTensors(spec, mask));
  const planned: PlannedTensor[] = [];
  for (const [name, shape] of spec.shapes) {
    const block = blockOf(name);
    if (block !== undefined && isBlockDropped(mask, block)) continue;
    const asMade = made.get(name);
    if (asMade) {
      planned.push(asMade);
      continue;
    }
    const tensor = tensors.get(name)!;
    const own = zeroed.has(name) ? undefined : tensor;
    const vector = added.get(name);
    const by = merged.get(name);
    if (by && own) {
      planned.push(mergedTensor(name, shape, own, { ...by, vector }));
      continue;
    }
    planned.push(
      vector ? addedTensor(name, shape, vector, own) : own ? copied(name, own) : zeros(name, shape, tensor.dtype),
    );
  }
  for (const sublayer of spec.sublayers) {
    if (!biased.has(sublayer.kind) || isBlockDropped(mask, sublayer.block)) continue;
    const linears = sublayer.kind === 'attn' ? [sublayer.qkv, sublayer.out] : [sublayer.up, sublayer.down];
    for (const linear of linears) planned.push(...newBiases(linear, tensors, added, made));
  }
  const at = new Map(kept.map((block, i) => [block, i]));
  const renamed = planned.map((tensor) => {
    const block = blockOf(tensor.name);
    return block === undefined ? tensor : { ...tensor, name: inBlock(tensor.name, at.get(block)!) };
  });
  return {
    config: patchConfig(base.config, spec, { kept, biased }),
    tensors: aligned(renamed),
    kept,
    folded: folded.map(({ unit }) => unit),
    beside,
    notes: notesOn(
      base,
      folded.some(({ into }) => !into),
    ),
  };
}

/** LLM-Drop's form: the weights as they are, and two lists. */
function planListed({ spec, tensors, config }: CheckpointBase, mask: Mask, modules: readonly Placed[]): CheckpointPlan {
  if (modules.length > 0) {
    throw new LopperError(
      'usage',
      'LLM-Drop’s form has no place for what stands in for dropped layers.',
      'Choose the zeroed form, or export the mask alone.',
    );
  }
  return {
    config: llmDropConfig(config, mask, spec.modelType),
    tensors: aligned([...spec.shapes.keys()].map((name) => copied(name, tensors.get(name)!))),
    kept: Array.from({ length: spec.blocks }, (_, block) => block),
    folded: [],
    beside: [],
    notes: [
      'The weights are the base model’s: config.json lists what is dropped, and LLM-Drop’s modeling and configuration files, to be put beside it, leave that out.',
    ],
  };
}

function notesOn({ config }: CheckpointBase, inEmbeddings: boolean): string[] {
  return [
    ...(config.auto_map
      ? ['The base’s own Python classes (auto_map) did not come along: the stock ones are named.']
      : []),
    ...(inEmbeddings
      ? [
          'The mean update of the first blocks is in the embeddings, which are F32 now; where the head is tied to them, all logits of a row are shifted by the same number.',
        ]
      : []),
  ];
}

const kindOf = (spec: ModelSpec, linear: LinearSpec) => spec.sublayers.find((s) => outputOf(s) === linear)!.kind;

/** Everything that a sublayer which is dropped alone writes to the stream by. */
const zeroedTensors = (spec: ModelSpec, mask: Mask): string[] =>
  spec.sublayers
    .filter((sublayer) => isDropped(mask, sublayer))
    .flatMap((sublayer) => [...outputOf(sublayer).weights, ...outputOf(sublayer).biases]);

/** Biases of projections that had none: zeros, but where something was folded in, or made. */
function newBiases(
  linear: LinearSpec,
  tensors: TensorMap,
  added: ReadonlyMap<string, Float64Array>,
  made: ReadonlyMap<string, PlannedTensor>,
): PlannedTensor[] {
  if (linear.biases.length > 0) return [];
  return linear.weights.map((weight, i) => {
    const name = biasOf(weight);
    const shape = [linear.outputs[i]!];
    const vector = added.get(name);
    if (made.has(name)) return made.get(name)!;
    return vector ? addedTensor(name, shape, vector) : zeros(name, shape, tensors.get(weight)!.dtype);
  });
}

function copied(name: string, tensor: TensorInfo): PlannedTensor {
  const { dtype, shape, start, end } = tensor;
  if (isDtype(dtype) && DTYPES[dtype].elements === 1 && !tensor.turned) {
    return { name, dtype, shape, bytes: end - start, from: { kind: 'copy', tensor } };
  }
  throw new LopperError(
    'dtype-unsupported',
    `${name} is stored as ${dtype}${tensor.turned ? ', turned' : ''}, which a checkpoint does not hold.`,
    'Export a GGUF file from a GGUF file, or open the model as it was published.',
  );
}

const elementsOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

function zeros(name: string, shape: readonly number[], dtype: string): PlannedTensor {
  const bytes = elementsOf(shape) * (isDtype(dtype) ? DTYPES[dtype].bytes : 4);
  return { name, dtype, shape, bytes, from: { kind: 'zeros' } };
}

const addedTensor = (
  name: string,
  shape: readonly number[],
  vector: Float64Array,
  tensor?: TensorInfo,
): PlannedTensor => ({
  ...{ name, dtype: 'F32', shape, bytes: 4 * elementsOf(shape) },
  from: { kind: 'added', tensor, vector },
});

const madeTensor = ({ name, shape, at }: MadeTensor): PlannedTensor => ({
  ...{ name, dtype: 'F32', shape, bytes: 4 * elementsOf(shape) },
  from: { kind: 'made', at },
});

const mergedTensor = (name: string, shape: readonly number[], tensor: TensorInfo, by: MergedMap): PlannedTensor => ({
  ...{ name, dtype: 'F32', shape, bytes: 4 * elementsOf(shape) },
  from: { kind: 'merged', tensor, by },
});

const plus = (a: Float64Array | undefined, b: Float64Array) => (a ? a.map((x, i) => x + b[i]!) : b);

/** Wider types first: then every tensor begins at a multiple of its own width, as the format's library has it. */
const aligned = (tensors: readonly PlannedTensor[]) => tensors.toSorted((a, b) => widthOf(b) - widthOf(a));

const widthOf = ({ dtype }: PlannedTensor) => (isDtype(dtype) ? DTYPES[dtype].bytes : 1);
