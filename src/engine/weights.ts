import { LopperError, throwIfCancelled } from '../errors';
import { bytesOf, type Dtype, widen } from '../formats/dtypes';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import type { Buffer, Gpu } from '../gpu/gpu';
import type { Recorder } from '../gpu/recorder';
import type { LinearSpec, NormSpec, SublayerSpec } from '../model/spec';
import { InFlight } from './in-flight';
import { arrange, arrangeKernels } from './kernels/arrange';
import type { Dispatcher } from './kernels/dispatcher';
import {
  type AttnWeights,
  type FfnWeights,
  type Linear,
  type Norm,
  type Part,
  padded,
  type SublayerWeights,
} from './layout';
import {
  dtypeOf,
  gatedOutputs,
  isGated,
  mustArrange,
  partsOf,
  rowBytesOf,
  stagingBytes,
  tableSpec,
} from './matrix-parts';

/** Bytes handed to the GPU at once: large enough to be quick, small enough that nothing waits long for a cancel. */
const CHUNK_BYTES = 8 * 2 ** 20;

/** Bytes handed over that the GPU has not taken yet, at most, where it does nothing else meanwhile. */
export const IN_FLIGHT_BYTES = 64 * 2 ** 20;

/** Copies tensors from their files to the GPU. One instance a model; it knows the files and the layouts. */
export class WeightLoader {
  /** Bytes of weights read so far, and the seconds that this took. */
  bytesRead = 0;
  secondsRead = 0;
  #closed = false;
  /** Everything it has allocated: the loader owns the buffers of the weights it gives out. */
  readonly #owned: Buffer[] = [];
  readonly #inFlight: InFlight;

  constructor(
    readonly gpu: Gpu,
    readonly recorder: Recorder,
    readonly dispatcher: Dispatcher,
    readonly tensors: TensorMap,
    readonly options: {
      readonly signal?: AbortSignal;
      readonly onBytes?: (read: number) => void;
      /** Bytes that lie before the GPU at once while it has other work. */
      readonly inFlightBytes?: number;
    } = {},
  ) {
    this.#inFlight = new InFlight(options.inFlightBytes ?? IN_FLIGHT_BYTES, () => gpu.idle(), CHUNK_BYTES / 2);
  }

  /** A sublayer's weights; into the buffers of `reuse`, a sublayer of the same shape, where given. */
  async sublayer(spec: SublayerSpec, reuse?: SublayerWeights): Promise<SublayerWeights> {
    if (spec.kind === 'attn') {
      const r = reuse as AttnWeights | undefined;
      return {
        kind: 'attn',
        norm: spec.norm && (await this.norm(spec.norm, r?.norm)),
        normAfter: spec.normAfter && (await this.norm(spec.normAfter, r?.normAfter)),
        qkv: await this.linear(spec.qkv, false, r?.qkv),
        out: await this.linear(spec.out, false, r?.out),
        qkNorm:
          spec.qNorm && spec.kNorm
            ? await this.vector([spec.qNorm.weight, spec.kNorm.weight], r?.qkNorm, spec.qNorm)
            : undefined,
        qkEps: spec.qNorm?.eps ?? 0,
      };
    }
    const r = reuse as FfnWeights | undefined;
    return {
      kind: 'ffn',
      norm: spec.norm && (await this.norm(spec.norm, r?.norm)),
      normAfter: spec.normAfter && (await this.norm(spec.normAfter, r?.normAfter)),
      up: await this.linear(spec.up, isGated(spec), r?.up),
      down: await this.linear(spec.down, false, r?.down),
    };
  }

  async norm(spec: NormSpec, reuse?: Norm): Promise<Norm> {
    return {
      layer: spec.kind === 'layer',
      eps: spec.eps,
      width: this.#tensor(spec.weight).shape[0],
      weight: await this.vector([spec.weight], reuse?.weight, spec),
      bias: spec.bias ? await this.vector([spec.bias], reuse?.bias, { scale: spec.scale }) : undefined,
    };
  }

  /** A table [rows, width] (embedding, head, positions) in parts. */
  table(name: string): Promise<Linear> {
    return this.linear(tableSpec(name, this.tensors), false);
  }

  async linear(spec: LinearSpec, gated: boolean, reuse?: Linear): Promise<Linear> {
    const parts: Part[] = [];
    for (const [i, cut] of partsOf(spec, gated, this.tensors, this.#limit).entries()) {
      const { first, outputs, dtype } = cut;
      const bytes = outputs * (gated ? 2 : 1) * rowBytesOf(dtype, spec.inputs);
      const buffer = reuse?.parts[i].buffer ?? (await this.#allocate(spec.weights[0], bytes));
      parts.push({ buffer, ...cut });
      if (gated) {
        // Of two tensors, or of one whose lower half is up.
        const [up, upFirst] = spec.weights.length === 1 ? [0, gatedOutputs(spec) + first] : [1, first];
        await this.#rows(spec, 0, first, outputs, buffer, 0, dtype);
        await this.#rows(spec, up, upFirst, outputs, buffer, outputs, dtype);
      } else {
        let start = 0; // of this tensor among the stacked outputs
        for (const [t, count] of spec.outputs.entries()) {
          const begin = Math.max(first, start);
          const end = Math.min(first + outputs, start + count);
          if (begin < end) await this.#rows(spec, t, begin - start, end - begin, buffer, begin - first, dtype);
          start += count;
        }
      }
    }
    const bias = spec.biases.length > 0 ? await this.vector(spec.biases, reuse?.bias) : undefined;
    const outputs = gated ? gatedOutputs(spec) : spec.outputs.reduce((a, b) => a + b, 0);
    return { parts, bias, outputs, steps: padded(spec.inputs) / 8, gated, scale: spec.scale };
  }

  /** Small vectors, one after the other, widened to f32 (exact for every published type): scale * (offset + each). */
  async vector(
    names: readonly string[],
    reuse?: Buffer,
    { offset = 0, scale = 1 }: Pick<NormSpec, 'offset' | 'scale'> = {},
  ): Promise<Buffer> {
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
    if (offset !== 0 || scale !== 1) for (const [i, v] of joined.entries()) joined[i] = scale * (offset + v);
    const buffer = reuse ?? (await this.#allocate(names[0], joined.byteLength));
    this.#write(buffer, 0, joined);
    return buffer;
  }

  /** Rows [first, first + rows) of the spec's tensor `index` to row `to` of a buffer that holds numbers as `dtype`. */
  async #rows(
    spec: LinearSpec,
    index: number,
    first: number,
    rows: number,
    buffer: Buffer,
    to: number,
    dtype: Dtype,
  ): Promise<void> {
    const tensor = this.#tensor(spec.weights[index]);
    const rowBytes = rowBytesOf(dtype, spec.inputs);
    const published = bytesOf(dtypeOf(tensor), spec.inputs); // of a row
    if (!mustArrange(spec)) {
      const step = 2 * Math.max(1, Math.floor(CHUNK_BYTES / (2 * published))); // an even number of rows ends with a word
      const read = (row: number) => {
        const start = tensor.start + (first + row) * published;
        const piece = this.#readAs(dtype, tensor, start, start + Math.min(step, rows - row) * published);
        piece.catch(() => undefined); // told where it is waited for, unless another failed before
        return piece;
      };
      let ahead = read(0);
      for (let row = 0; row < rows; row += step) {
        const piece = await ahead;
        if (row + step < rows) ahead = read(row + step); // while this one goes to the GPU
        this.#write(buffer, (to + row) * rowBytes, inWords(piece));
        await this.#inFlight.add(piece.byteLength);
      }
      return;
    }
    // The GPU puts it in order, from a copy of the published bytes.
    const element = bytesOf(dtype, 1);
    await this.dispatcher.ready(arrangeKernels(element));
    const start = tensor.start + (spec.transposed ? 0 : first * published);
    const end = spec.transposed ? tensor.end : start + rows * published;
    const size = stagingBytes(tensor, dtype, this.#limit);
    const staging = await this.gpu.allocate(`${tensor.name} as published`, size, 'weights');
    try {
      const piece = await this.#readAs(dtype, tensor, start, end);
      this.#write(staging, 0, inWords(piece));
      arrange(this.dispatcher, staging, buffer, element, {
        rows,
        inputs: spec.inputs,
        sourceStart: spec.transposed ? first : 0,
        rowStep: spec.transposed ? 1 : spec.inputs,
        inputStep: spec.transposed ? spec.outputs[index] : 1,
        outRow: to,
        words: rowBytes / 4,
      });
      await this.recorder.flush(this.options.signal);
      await this.gpu.idle();
    } finally {
      this.recorder.forget();
      this.gpu.free(staging);
    }
  }

  /** Bytes [start, end) of a tensor's file; its numbers widened, where they are wanted in another type. */
  async #readAs(dtype: Dtype, tensor: TensorInfo, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.#read(tensor, start, end);
    return dtype === dtypeOf(tensor) ? bytes : new Uint8Array(widen(bytes, dtypeOf(tensor)).buffer);
  }

  async #read(tensor: TensorInfo, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    throwIfCancelled(this.options.signal);
    this.#checkOpen();
    const started = performance.now();
    const bytes = await tensor.source.read(start, end, this.options.signal);
    this.gpu.check();
    this.secondsRead += (performance.now() - started) / 1000;
    this.bytesRead += end - start;
    this.options.onBytes?.(this.bytesRead);
    return bytes;
  }

  /** Bytes that lie before the GPU at once, at most. */
  get mostInFlight(): number {
    return this.#inFlight.most;
  }

  /** How many buffers it owns; what comes later can be freed by `freeSince`. */
  get mark(): number {
    return this.#owned.length;
  }

  /** Frees what was allocated after the mark: a load that failed half-way, or, from 0 on, everything. */
  freeSince(mark: number): void {
    for (const buffer of this.#owned.splice(mark)) this.gpu.free(buffer);
  }

  /** Frees all that it gave out. What it is reading ahead of the work comes to nothing. */
  close(): void {
    this.#closed = true;
    this.freeSince(0);
  }

  #checkOpen(): void {
    if (this.#closed) throw new LopperError('cancelled', 'The model was closed.', 'Open it again.');
  }

  #write(buffer: Buffer, at: number, bytes: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>): void {
    this.#checkOpen();
    this.gpu.device.queue.writeBuffer(buffer.raw, at, bytes);
  }

  async #allocate(label: string, bytes: number): Promise<Buffer> {
    const buffer = await this.gpu.allocate(label, bytes, 'weights');
    this.#owned.push(buffer);
    if (this.#closed) this.freeSince(0);
    this.#checkOpen();
    return buffer;
  }

  #tensor(name: string): TensorInfo {
    return this.tensors.get(name)!;
  }

  get #limit(): number {
    return this.gpu.facts.limits.maxStorageBufferBindingSize;
  }
}

function inWords(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength % 4 === 0) return bytes;
  const out = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  out.set(bytes);
  return out;
}
