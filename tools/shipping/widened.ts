/** A model as the processor walks it: a few facts, and its weights as F32, whatever they are stored as. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dtype, widen } from '../../src/formats/dtypes';
import type { TensorInfo } from '../../src/formats/tensor';
import type { ReadModel } from '../../src/lab/place/model';
import type { FfnSpec, ModelSpec, SublayerSpec } from '../../src/model/spec';

/** Widened at a time: a multiple of every block's elements. */
const AT_ONCE = 2 ** 20;

/**
 * Writes `model.json` and `weights.bin` into a folder of the model's own, unless they are there, and says where: see
 * tools/shipping/processor.py. Throws where the model is no plain Llama.
 */
export async function writeWidened(scratch: string, { spec, tensors, fingerprint }: ReadModel): Promise<string> {
  const folder = join(scratch, `widened-${fingerprint.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  checkPlain(spec);
  const names = [...spec.shapes.keys()];
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const file = await open(join(made, 'weights.bin'), 'w');
  try {
    for (const name of names) await writeTensor(file, tensors.get(name)!);
  } finally {
    await file.close();
  }
  await writeFile(join(made, 'model.json'), JSON.stringify(factsOf(spec)));
  // Whole or not at all: a run may be cut while it writes, and another may write at this moment.
  if (existsSync(folder)) await rm(made, { recursive: true });
  else renameSync(made, folder);
  return folder;
}

type Sink = Awaited<ReturnType<typeof open>>;

async function writeTensor(file: Sink, { dtype, shape, source, start, end }: TensorInfo): Promise<void> {
  const elements = shape.reduce((all, n) => all * n, 1);
  const step = ((end - start) / elements) * AT_ONCE;
  for (let from = start; from < end; from += step) {
    const values = widen(await source.read(from, Math.min(end, from + step)), dtype as Dtype);
    await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
}

const factsOf = (spec: ModelSpec) => ({
  ...{ blocks: spec.blocks, heads: spec.heads, kvHeads: spec.kvHeads, headDim: spec.headDim, eps: spec.finalNorm.eps },
  ...{ frequencies: spec.rotaries[0]!.frequencies, embedding: spec.embedding, head: spec.head },
  ...{ finalNorm: spec.finalNorm.weight, shapes: Object.fromEntries(spec.shapes) },
  sublayers: spec.sublayers.map((one) => ({
    norm: one.norm!.weight,
    weights: one.kind === 'attn' ? [...one.qkv.weights, ...one.out.weights] : [...one.up.weights, ...one.down.weights],
  })),
});

/** Throws for all that the processor has no code for. */
function checkPlain(spec: ModelSpec): void {
  const [rotary, ...others] = spec.rotaries;
  const plain =
    spec.activation === 'silu-gated' &&
    !(spec.parallel || spec.qkNorm || spec.scoreCap || spec.logitCap || spec.positions) &&
    (spec.embeddingScale ?? 1) === 1 &&
    rotary?.dim === spec.headDim &&
    !(others.length > 0 || rotary.long || (rotary.scale ?? 1) !== 1) &&
    Math.abs(spec.attentionScale * Math.sqrt(spec.headDim) - 1) < 1e-6 &&
    spec.sublayers.every((one) => isPlain(one, spec)) &&
    isPlainNorm(spec.finalNorm, spec);
  if (!plain)
    throw new Error(`The processor walks plain Llamas only, and ${spec.modelType} is none. Leave out --python.`);
}

function isPlain(one: SublayerSpec, spec: ModelSpec): boolean {
  const matrices = one.kind === 'attn' ? [one.qkv, one.out] : [one.up, one.down];
  return (
    isPlainNorm(one.norm, spec) &&
    !one.normAfter &&
    matrices.every((m) => m.biases.length === 0 && !m.transposed && (m.scale ?? 1) === 1) &&
    (one.kind === 'attn' ? one.qkv.weights.length === 3 && one.window === undefined && one.rotary === 0 : isSplit(one))
  );
}

/** Gate and up in tensors of their own. */
const isSplit = ({ gated, up }: FfnSpec) => gated && up.weights.length === 2;

const isPlainNorm = (norm: ModelSpec['finalNorm'] | undefined, spec: ModelSpec): boolean =>
  norm?.kind === 'rms' && !norm.bias && !norm.offset && (norm.scale ?? 1) === 1 && norm.eps === spec.finalNorm.eps;
