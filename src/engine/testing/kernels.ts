/** What kernel tests run on: a dispatcher for made-up models, and matrices of every published type. */

import { bytesOf, DTYPES, type Dtype } from '../../formats/dtypes';
import type { Gpu } from '../../gpu/gpu';
import { Kernels } from '../../gpu/kernel';
import { Recorder } from '../../gpu/recorder';
import { parseConfig } from '../../model/config';
import { layoutOf } from '../../model/describe';
import type { ModelSpec } from '../../model/spec';
import { type StoredTypes, walkKernels } from '../kernels/compile';
import { Dispatcher, type KernelChoice } from '../kernels/dispatcher';
import { type Linear, padded } from '../layout';
import { flat, numbers, upload } from './gpu';

const CONFIG = {
  model_type: 'llama',
  hidden_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  vocab_size: 16,
};

/** A description to compile kernels for; only the switches that `change` names matter to a kernel test. */
export const specOf = (change: Partial<ModelSpec> = {}): ModelSpec => ({
  ...layoutOf(parseConfig(JSON.stringify(CONFIG))),
  dtype: 'F32',
  ...change,
});

export const CHOICE: KernelChoice = { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 };

/** A recorder for which every product is too long, so that it cuts where a slow adapter's would. */
export class ImpatientRecorder extends Recorder {
  override get maxWork(): number {
    return 1;
  }
}

/** With no kernel ready, and so many bytes of room where matrices in blocks are read. */
export async function bareDispatcher(
  gpu: Gpu,
  choice: Partial<KernelChoice> = {},
  recorder = new Recorder(gpu),
  roomBytes = 0,
): Promise<Dispatcher> {
  const empty = await gpu.allocate('empty', 16, 'activations');
  const room = roomBytes > 0 ? await gpu.allocate('room', roomBytes, 'activations') : empty;
  return new Dispatcher(recorder, Kernels.of(gpu), { ...CHOICE, ...choice }, empty, room);
}

/** With all that a walk through such a model takes. */
export async function dispatcherFor(
  gpu: Gpu,
  spec: ModelSpec,
  choice?: Partial<KernelChoice>,
  recorder?: Recorder,
): Promise<Dispatcher> {
  const d = await bareDispatcher(gpu, choice, recorder);
  await d.ready(walkKernels(d, spec, typesOf(spec)));
  return d;
}

/** All matrices in the one type of the description. */
export function typesOf({ dtype, positions, activation }: ModelSpec): StoredTypes {
  const one = dtype as Dtype;
  return {
    embedding: one,
    positions: positions ? one : undefined,
    products: (['store', 'add', activation] as const).map((epilogue) => ({ dtype: one, epilogue })),
  };
}

/** The bits of numbers that the type holds exactly. */
export function bitsOf(values: Float32Array, dtype: Dtype): Float32Array | Uint16Array {
  if (dtype === 'F32') return values;
  return Uint16Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length), (bits) => {
    if (dtype === 'BF16') return bits >>> 16;
    const exponent = ((bits >>> 23) & 255) - 112;
    return exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 1023);
  });
}

/** Bytes of a block at which a scale lies: any bits there are some number, but not a small one. */
const SCALES: Partial<Record<Dtype, readonly number[]>> = {
  ...{ Q4_1: [0, 2], Q5_1: [0, 2], Q4_K: [0, 2], Q5_K: [0, 2] },
  ...{ Q2_K: [80, 82], Q3_K: [108], Q6_K: [208] },
};

/** Scales of a usual size, by a byte that is any. */
const usual = (byte: number): number => 0x1800 + (byte << 2);

/** Rows of blocks of which every bit but those of the scales is any. */
export function anyBlocks(dtype: Dtype, rows: number, inputs: number, scaleOf = usual): Uint8Array {
  const next = numbers(DTYPES[dtype].code);
  const bytes = Uint8Array.from({ length: rows * bytesOf(dtype, inputs) }, () => 128 + 128 * next());
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += DTYPES[dtype].bytes) {
    for (const scale of SCALES[dtype] ?? [0]) view.setUint16(at + scale, scaleOf(view.getUint8(at + scale)), true);
  }
  return bytes;
}

/** A matrix on the GPU as the loader would leave it, in parts of at most `partRows` outputs. */
export async function matrixOn(
  gpu: Gpu,
  rows: readonly (readonly number[])[],
  options: { dtype?: Dtype; bias?: readonly number[]; gated?: boolean; partRows?: number } = {},
): Promise<Linear> {
  const { dtype = 'F32', bias, gated = false } = options;
  const outputs = rows.length / (gated ? 2 : 1);
  const partRows = options.partRows ?? outputs;
  const stride = padded(rows[0].length);
  const parts = [];
  for (let first = 0; first < outputs; first += partRows) {
    const end = Math.min(outputs, first + partRows);
    const mine = [...rows.slice(first, end), ...(gated ? rows.slice(outputs + first, outputs + end) : [])];
    parts.push({ buffer: await upload(gpu, bitsOf(flat(mine, stride), dtype)), first, outputs: end - first, dtype });
  }
  return {
    parts,
    bias: bias && (await upload(gpu, Float32Array.from(bias))),
    outputs,
    steps: stride / 8,
    gated,
  };
}
