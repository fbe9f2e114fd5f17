import { LopperError } from '../errors';
import type { ByteSource, ModelFiles } from './bytes';
import { parseHeader } from './safetensors';
import { checkRange } from './sources';

/** A tensor of this name holds the scales of the one without the ending: a number for each row. */
const SCALE = '.scale';

/**
 * A model whose weights are one 8-bit file among `files`: whole numbers from -127 to 127 with a scale a row, as
 * `tools/sapling/growth.py` writes them. They are widened to F32 in memory, so that all else treats them as any model;
 * half a step of a row's scale is lost, and what is shown of such a model says "8 bit". For small models only. (No row of
 * dtypes.ts: a block there has all it takes to be read, and here the scales are a tensor of their own.)
 */
export const eightBitFiles = (files: ModelFiles, weights: string, revision: string): ModelFiles => ({
  ...files,
  revision,
  has: async (file, signal) => file === 'model.safetensors' || (!/\.safetensors/.test(file) && files.has(file, signal)),
  open: async (file, signal, onProgress) =>
    file === 'model.safetensors'
      ? widen(await files.open(weights, signal, onProgress), signal)
      : files.open(file, signal, onProgress),
  peek: undefined, // there is no header before the weights are widened
});

/** An 8-bit safetensors file as an F32 one, in memory. Throws `safetensors-corrupt`. */
export async function widen(source: ByteSource, signal?: AbortSignal): Promise<ByteSource> {
  const tensors = await parseHeader(source, signal);
  const whole = await source.read(0, source.size, signal);
  const floats = (name: string) => {
    const found = tensors.find((t) => t.name === name && t.dtype === 'F32');
    if (!found) throw corrupt(source.name, `${name} is missing or is not F32`);
    return new Float32Array(whole.slice(found.start, found.end).buffer);
  };
  const scalesOf = (name: string, rows: number) => {
    const scales = floats(name + SCALE);
    if (scales.length === rows) return scales;
    throw corrupt(source.name, `${name + SCALE} has scales for ${scales.length} rows, not ${rows}`);
  };
  const header: Record<string, { dtype: 'F32'; shape: readonly number[]; data_offsets: [number, number] }> = {};
  const parts: Float32Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, dtype, shape, start, end } of tensors) {
    if (name.endsWith(SCALE)) continue;
    const values = dtype === 'I8' ? scaled(whole.subarray(start, end), scalesOf(name, shape[0]!)) : floats(name);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    parts.push(values);
  }
  return memorySource(source.name, joined(header, parts, offset));
}

function scaled(bytes: Uint8Array, scales: Float32Array): Float32Array<ArrayBuffer> {
  const columns = bytes.length / scales.length;
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new Float32Array(bytes.length);
  for (const [row, scale] of scales.entries())
    for (let i = row * columns; i < (row + 1) * columns; i++) out[i] = signed[i]! * scale;
  return out;
}

function joined(header: object, parts: readonly Float32Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + bytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  let at = 8 + json.length;
  for (const part of parts) {
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return out;
}

const memorySource = (name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource => ({
  name,
  size: bytes.length,
  async read(start, end) {
    checkRange({ name, size: bytes.length }, start, end);
    return bytes.slice(start, end);
  },
});

const corrupt = (file: string, what: string) =>
  new LopperError('safetensors-corrupt', `${file} is not a sound 8-bit checkpoint: ${what}.`, 'Get the file again.');
