import { LopperError, throwIfCancelled } from '../errors';
import type { Dtype, TensorInfo, TensorMap } from '../formats/tensor';
import type { Buffer, Gpu } from '../gpu/gpu';
import type { Recorder } from '../gpu/recorder';
import type { FfnSpec, LinearSpec, ModelSpec, NormSpec, SublayerSpec } from '../model/spec';
import { arrange, arrangeKernels } from './kernels/arrange';
import type { StoredTypes } from './kernels/compile';
import type { Dispatcher } from './kernels/dispatcher';
import type { Epilogue, ProductKind } from './kernels/linear';
import {
  type AttnWeights,
  type FfnWeights,
  type Linear,
  type Norm,
  type Part,
  padded,
  type SublayerWeights,
} from './layout';

/** Bytes handed to the GPU at once: large enough to be quick, small enough that nothing waits long for a cancel. */
const CHUNK_BYTES = 8 * 2 ** 20;

const bytesOf = (dtype: Dtype): number => (dtype === 'F32' ? 4 : 2);

/** How a matrix of `outputs` rows (pairs of rows where gated) is cut so that no part is larger than a binding. */
export function cut(
  name: string,
  outputs: number,
  rowBytes: number,
  gated: boolean,
  limit: number,
): { first: number; outputs: number }[] {
  const each = Math.floor(limit / (rowBytes * (gated ? 2 : 1)));
  if (each === 0) {
    throw new LopperError(
      'model-too-large',
      `${gated ? 'A gate and an up row' : 'One row'} of ${name} ${gated ? 'take' : 'takes'} ${rowBytes * (gated ? 2 : 1)} bytes, more than the adapter binds at once (maxStorageBufferBindingSize ${limit}).`,
      'Choose a smaller model, or a browser and GPU with larger limits.',
    );
  }
  const parts = [];
  for (let first = 0; first < outputs; first += each) parts.push({ first, outputs: Math.min(each, outputs - first) });
  return parts;
}

/** Throws `model-too-large`, naming the tensor and the limit, if some tensor can never reach this adapter. */
export function preflight(spec: ModelSpec, tensors: TensorMap, limit: number): void {
  const fits = (names: readonly string[], inputs: number, transposed: boolean, gated: boolean) => {
    cut(names[0], 1, padded(inputs) * bytesOf(dtypeOf(tensors.get(names[0])!)), gated, limit);
    if (mustArrange({ transposed, inputs })) for (const name of names) stagingBytes(tensors.get(name)!, limit);
  };
  for (const s of spec.sublayers) {
    for (const l of s.kind === 'attn' ? [s.qkv, s.out] : [s.up, s.down]) {
      fits(l.weights, l.inputs, l.transposed, s.kind === 'ffn' && l === s.up && isGated(s));
    }
  }
  for (const name of [spec.embedding, spec.head]) fits([name], spec.width, false, false);
  if (spec.positions) {
    const table = tensors.get(spec.positions)!;
    const bytes = spec.context * padded(spec.width) * bytesOf(dtypeOf(table));
    if (bytes > limit) throw tooLarge(spec.positions, bytes, limit); // read whole by the embedding kernel
  }
}

/** In which types the matrices of a model are stored, and for what they are used. */
export function storedTypes(spec: ModelSpec, tensors: TensorMap): StoredTypes {
  const typeOf = (name: string) => dtypeOf(tensors.get(name)!);
  const products = new Map<string, ProductKind>();
  const use = (names: readonly string[], epilogue: Epilogue) => {
    for (const name of names) products.set(`${typeOf(name)} ${epilogue}`, { dtype: typeOf(name), epilogue });
  };
  for (const s of spec.sublayers) {
    use(s.kind === 'attn' ? s.qkv.weights : s.up.weights, s.kind === 'attn' ? 'store' : spec.activation);
    use(s.kind === 'attn' ? s.out.weights : s.down.weights, 'add');
  }
  use([spec.head], 'store');
  return {
    embedding: typeOf(spec.embedding),
    positions: spec.positions ? typeOf(spec.positions) : undefined,
    products: [...products.values()],
  };
}

const mustArrange = (l: { transposed: boolean; inputs: number }): boolean => l.transposed || l.inputs % 8 !== 0;

/** Copies tensors from their files to the GPU. One instance a model; it knows the files and the layouts. */
export class WeightLoader {
  /** Bytes of weights read so far. */
  bytesRead = 0;
  /** Everything it has allocated: the loader owns the buffers of the weights it gives out. */
  readonly #owned: Buffer[] = [];

  constructor(
    readonly gpu: Gpu,
    readonly recorder: Recorder,
    readonly dispatcher: Dispatcher,
    readonly tensors: TensorMap,
    readonly options: { readonly signal?: AbortSignal; readonly onBytes?: (read: number) => void } = {},
  ) {}

  /** A sublayer's weights; into the buffers of `reuse`, a sublayer of the same shape, where given. */
  async sublayer(spec: SublayerSpec, reuse?: SublayerWeights): Promise<SublayerWeights> {
    if (spec.kind === 'attn') {
      const r = reuse as AttnWeights | undefined;
      return {
        kind: 'attn',
        norm: await this.norm(spec.norm, r?.norm),
        qkv: await this.linear(spec.qkv, false, r?.qkv),
        out: await this.linear(spec.out, false, r?.out),
        qkNorm:
          spec.qNorm && spec.kNorm ? await this.vector([spec.qNorm.weight, spec.kNorm.weight], r?.qkNorm) : undefined,
        qkEps: spec.qNorm?.eps ?? 0,
      };
    }
    const r = reuse as FfnWeights | undefined;
    return {
      kind: 'ffn',
      norm: await this.norm(spec.norm, r?.norm),
      up: await this.linear(spec.up, isGated(spec), r?.up),
      down: await this.linear(spec.down, false, r?.down),
    };
  }

  async norm(spec: NormSpec, reuse?: Norm): Promise<Norm> {
    return {
      layer: spec.kind === 'layer',
      eps: spec.eps,
      width: this.#tensor(spec.weight).shape[0],
      weight: await this.vector([spec.weight], reuse?.weight),
      bias: spec.bias ? await this.vector([spec.bias], reuse?.bias) : undefined,
    };
  }

  /** A table [rows, width] (embedding, head, positions) in parts. */
  table(name: string, limit = this.#limit): Promise<Linear> {
    const [outputs, inputs] = this.#tensor(name).shape;
    return this.linear(
      { weights: [name], biases: [], outputs: [outputs], inputs, transposed: false },
      false,
      undefined,
      limit,
    );
  }

  async linear(spec: LinearSpec, gated: boolean, reuse?: Linear, limit = this.#limit): Promise<Linear> {
    const dtype = dtypeOf(this.#tensor(spec.weights[0]));
    const rowBytes = padded(spec.inputs) * bytesOf(dtype);
    const outputs = gated ? spec.outputs[0] : spec.outputs.reduce((a, b) => a + b, 0);
    const cuts = cut(spec.weights[0], outputs, rowBytes, gated, limit);
    const parts: Part[] = [];
    for (const [i, c] of cuts.entries()) {
      const rows = c.outputs * (gated ? 2 : 1);
      const buffer = reuse?.parts[i].buffer ?? (await this.#allocate(spec.weights[0], rows * rowBytes));
      parts.push({ buffer, ...c, dtype });
      if (gated) {
        await this.#rows(spec, 0, c.first, c.outputs, buffer, 0, rowBytes);
        await this.#rows(spec, 1, c.first, c.outputs, buffer, c.outputs, rowBytes);
      } else {
        let start = 0; // of this tensor among the stacked outputs
        for (const [t, count] of spec.outputs.entries()) {
          const first = Math.max(c.first, start);
          const end = Math.min(c.first + c.outputs, start + count);
          if (first < end) await this.#rows(spec, t, first - start, end - first, buffer, first - c.first, rowBytes);
          start += count;
        }
      }
    }
    const bias = spec.biases.length > 0 ? await this.vector(spec.biases, reuse?.bias) : undefined;
    return { parts, bias, outputs, steps: padded(spec.inputs) / 8, gated };
  }

  /** Small vectors, one after the other, widened to f32 (exact for every published type). */
  async vector(names: readonly string[], reuse?: Buffer): Promise<Buffer> {
    const values: Float32Array[] = [];
    for (const name of names) {
      const t = this.#tensor(name);
      values.push(widen(await this.#read(t, t.start, t.end), dtypeOf(t)));
    }
    const total = values.reduce((sum, v) => sum + v.length, 0);
    const joined = new Float32Array(total);
    let at = 0;
    for (const v of values) {
      joined.set(v, at);
      at += v.length;
    }
    const buffer = reuse ?? (await this.#allocate(names[0], joined.byteLength));
    this.gpu.device.queue.writeBuffer(buffer.raw, 0, joined);
    return buffer;
  }

  /** Rows [first, first + rows) of the spec's tensor `index` to row `to` of a buffer. */
  async #rows(
    spec: LinearSpec,
    index: number,
    first: number,
    rows: number,
    buffer: Buffer,
    to: number,
    rowBytes: number,
  ): Promise<void> {
    const tensor = this.#tensor(spec.weights[index]);
    const bytes = bytesOf(dtypeOf(tensor));
    if (!mustArrange(spec)) {
      const start = tensor.start + first * rowBytes;
      const end = start + rows * rowBytes;
      for (let at = start; at < end; at += CHUNK_BYTES) {
        const piece = await this.#read(tensor, at, Math.min(end, at + CHUNK_BYTES));
        this.gpu.device.queue.writeBuffer(buffer.raw, to * rowBytes + (at - start), piece);
        if (end - start > CHUNK_BYTES) await this.recorder.gpu.device.queue.onSubmittedWorkDone();
      }
      return;
    }
    // The GPU puts it in order, from a copy of the published bytes.
    await this.dispatcher.ready(arrangeKernels(bytes));
    const outputs = spec.outputs[index];
    const wholeRow = spec.inputs * bytes;
    const start = tensor.start + (spec.transposed ? 0 : first * wholeRow);
    const end = spec.transposed ? tensor.end : start + rows * wholeRow;
    const staging = await this.gpu.allocate(
      `${tensor.name} as published`,
      stagingBytes(tensor, this.#limit),
      'weights',
    );
    try {
      const piece = await this.#read(tensor, start, end);
      const whole = piece.byteLength % 4 === 0 ? piece : padTo4(piece);
      this.gpu.device.queue.writeBuffer(staging.raw, 0, whole);
      arrange(this.dispatcher, staging, buffer, bytes, {
        rows,
        inputs: spec.inputs,
        sourceStart: spec.transposed ? first : 0,
        rowStep: spec.transposed ? 1 : spec.inputs,
        inputStep: spec.transposed ? outputs : 1,
        outRow: to,
        words: rowBytes / 4,
      });
      await this.recorder.flush(this.options.signal);
      await this.gpu.device.queue.onSubmittedWorkDone();
    } finally {
      this.recorder.forget();
      this.gpu.free(staging);
    }
  }

  async #read(tensor: TensorInfo, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    throwIfCancelled(this.options.signal);
    const bytes = await tensor.source.read(start, end, this.options.signal);
    this.gpu.check();
    this.bytesRead += end - start;
    this.options.onBytes?.(this.bytesRead);
    return bytes as Uint8Array<ArrayBuffer>;
  }

  /** How many buffers it owns; what comes later can be freed by `freeSince`. */
  get mark(): number {
    return this.#owned.length;
  }

  /** Frees what was allocated after the mark: a load that failed half-way, or, from 0 on, everything. */
  freeSince(mark: number): void {
    for (const buffer of this.#owned.splice(mark)) this.gpu.free(buffer);
  }

  async #allocate(label: string, bytes: number): Promise<Buffer> {
    const buffer = await this.gpu.allocate(label, bytes, 'weights');
    this.#owned.push(buffer);
    return buffer;
  }

  #tensor(name: string): TensorInfo {
    return this.tensors.get(name)!;
  }

  get #limit(): number {
    return this.gpu.facts.limits.maxStorageBufferBindingSize;
  }
}

export const isGated = (spec: FfnSpec): boolean => spec.up.weights.length === 2;

function dtypeOf(tensor: TensorInfo): Dtype {
  return tensor.dtype as Dtype; // describe() has refused every other, and matrices of different types
}

function stagingBytes(tensor: TensorInfo, limit: number): number {
  const bytes = tensor.end - tensor.start;
  if (bytes > limit) throw tooLarge(tensor.name, bytes, limit);
  return bytes;
}

function tooLarge(name: string, bytes: number, limit: number): LopperError {
  return new LopperError(
    'model-too-large',
    `${name} takes ${bytes} bytes, more than the adapter binds at once (maxStorageBufferBindingSize ${limit}).`,
    'Choose a smaller model, or a browser and GPU with larger limits.',
  );
}

function padTo4(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  out.set(bytes);
  return out;
}

/** Little-endian bytes of a published type as f32. */
export function widen(bytes: Uint8Array, dtype: Dtype): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(bytes.byteLength / bytesOf(dtype));
  if (dtype === 'F32') for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true);
  else if (dtype === 'F16') for (let i = 0; i < out.length; i++) out[i] = halfToFloat(view.getUint16(2 * i, true));
  else {
    const bits = new Uint32Array(out.buffer);
    for (let i = 0; i < out.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  }
  return out;
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
