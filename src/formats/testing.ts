/** Helpers of this folder's tests: safetensors files made to order, models in memory, the shared test data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ErrorCode, LopperError } from '../errors';
import type { ByteSource, ModelFiles } from './bytes';
import { blobSource } from './sources';

export interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A file with this header (an object, or any text) and this much or this data after it. */
export function safetensorsFile(header: unknown, data: number | Uint8Array<ArrayBuffer> = 0): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const body = typeof data === 'number' ? Uint8Array.from({ length: data }, (_, i) => (i * 31) % 251) : data;
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** A header of F32 vectors, one after the other. */
export function vectors(lengths: Record<string, number>): { header: Record<string, Entry>; bytes: number } {
  let bytes = 0;
  const header: Record<string, Entry> = {};
  for (const [name, n] of Object.entries(lengths)) {
    header[name] = { dtype: 'F32', shape: [n], data_offsets: [bytes, bytes + 4 * n] };
    bytes += 4 * n;
  }
  return { header, bytes };
}

export const sourceOf = (bytes: Uint8Array<ArrayBuffer>, name = 'model.safetensors'): ByteSource =>
  blobSource(name, new Blob([bytes]));

/** A model whose files are in memory. */
export function memoryModel(contents: Record<string, string | Uint8Array<ArrayBuffer>>): ModelFiles {
  const blobs = new Map(Object.entries(contents).map(([name, content]) => [name, new Blob([content])]));
  const find = (file: string): Blob => {
    const blob = blobs.get(file);
    if (!blob) throw new LopperError('file-missing', `${file} is not there.`, 'Add it to the folder.');
    return blob;
  };
  return {
    id: 'in-memory',
    has: async (file) => blobs.has(file),
    text: async (file) => find(file).text(),
    open: async (file) => blobSource(file, find(file)),
  };
}

/** Expects a `LopperError` of this code with a remedy, and with each of `parts` in its message. */
export async function expectFailure(work: Promise<unknown> | (() => unknown), code: ErrorCode, ...parts: string[]) {
  const error = await (typeof work === 'function' ? Promise.resolve().then(work) : work).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error, `expected ${code}, but nothing was thrown`).toBeInstanceOf(LopperError);
  const failure = error as LopperError;
  expect(failure.code, failure.message).toBe(code);
  expect(failure.remedy.length).toBeGreaterThan(10);
  for (const part of parts) expect(failure.message).toContain(part);
  return failure;
}

/** The path of a file or folder of the shared test data; prints why and gives undefined where it is absent. */
export function sharedData(path: string): string | undefined {
  const full = join('..', 'shared', 'data', path);
  if (existsSync(full)) return full;
  console.warn(`skipped: the shared test data has no ${path} here`);
  return undefined;
}
