/** Helpers of this folder's GPU tests: one device for a file, the shared models, numbers to and from the GPU. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { openFolder } from '../../formats/node';
import { openWeights } from '../../formats/safetensors';
import type { TensorInfo, TensorMap } from '../../formats/tensor';
import { openDawn } from '../../gpu/dawn';
import { type Buffer, Gpu, openGpu } from '../../gpu/gpu';
import type { Recorder } from '../../gpu/recorder';
import { parseConfig } from '../../model/config';
import { describe } from '../../model/describe';
import type { ModelSpec } from '../../model/spec';
import { Engine, type OpenOptions } from '../engine';
import { packTokens } from '../pack';
import type { TokenTree } from '../tree';

export const MODELS = '../shared/data/models';
export const hasModels = existsSync(MODELS);
if (!hasModels) console.log(`skipped: ${MODELS} is not here`);

export const readJson = (path: string) => JSON.parse(readFileSync(`${MODELS}/${path}`, 'utf8'));

/** A device of its own. */
export const freshGpu = async (): Promise<Gpu> => openGpu(await openDawn());

/** Kept, since Dawn forgets a kernel that nothing holds any more. */
const sharing: Gpu[] = [];

/**
 * Accounts of its own on a device that the process's other test files use too: what was compiled for one is there for
 * the next. For tests that neither destroy it nor make it fail.
 */
export async function sharedGpu(): Promise<Gpu> {
  const [first] = sharing;
  const gpu = first && !first.failed ? new Gpu(first.device, first.facts) : await freshGpu();
  sharing.push(gpu);
  return gpu;
}

/** Kernels that every adapter runs well enough, so that tests need not measure. */
export const RATES: NonNullable<OpenOptions['rates']> = {
  choice: { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 },
  gflops: {},
};

export async function readModel(folder: string): Promise<[ModelSpec, TensorMap]> {
  const files = await openFolder(`${MODELS}/${folder}`);
  const tensors = await openWeights(files);
  return [describe(parseConfig(await files.text('config.json')), tensors), tensors];
}

export async function openModel(gpu: Gpu, folder: string, options: OpenOptions = {}): Promise<Engine> {
  return Engine.open(gpu, ...(await readModel(folder)), { rates: RATES, ...options });
}

/** A tree in which every token but each sequence's first is scored. */
export const scored = (sequences: readonly (readonly number[])[]): TokenTree =>
  packTokens(sequences.map((ids) => ({ ids, scoreFrom: 1 })));

/** A tensor in memory. */
export function tensorOf(name: string, dtype: string, shape: readonly number[], bytes: Uint8Array): TensorInfo {
  const read = async (start: number, end: number) => bytes.slice(start, end) as Uint8Array<ArrayBuffer>;
  return { name, dtype, shape, source: { name, size: bytes.length, read }, start: 0, end: bytes.length };
}

/** Numbers in -1 .. 1 that are the same in every run and exact in F32, F16 and BF16. */
export function numbers(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (((state >>> 8) % 255) - 127) / 128;
  };
}

/** `rows` rows of numbers in -1 .. 1. */
export const matrix = (rows: number, columns: number, next: () => number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, next));

/** Rows one after the other, each padded with `fill` to `stride` elements. */
export function flat(rows: readonly (readonly number[])[], stride: number, fill = 0): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows.length * stride).fill(fill);
  for (const [i, row] of rows.entries()) out.set(row, i * stride);
  return out;
}

/** A buffer that holds these words. */
export async function upload(
  gpu: Gpu,
  data: Float32Array | Uint32Array | Uint16Array,
  label = 'test',
): Promise<Buffer> {
  const buffer = await gpu.allocate(label, data.byteLength, 'activations');
  const bytes = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  gpu.device.queue.writeBuffer(buffer.raw, 0, bytes);
  return buffer;
}

/** Runs what is recorded and brings a buffer's floats back. */
export async function download(recorder: Recorder, buffer: Buffer): Promise<Float32Array> {
  const [bytes] = await recorder.read([{ buffer, offset: 0, bytes: buffer.bytes }]);
  return new Float32Array(bytes);
}

/** The largest difference between two lists; fails where one is not a number or the lengths differ. */
export function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let most = 0;
  for (let i = 0; i < got.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    if (!(error <= most)) most = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return most;
}
