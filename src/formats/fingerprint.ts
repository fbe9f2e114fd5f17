import type { ByteSource } from './bytes';
import { sha256Of } from './sha256';
import type { TensorInfo, TensorMap } from './tensor';

/** Of each weight file, this many evenly spaced windows are read: 64 KiB in all, spread so that fine-tunes differ. */
const WINDOWS = 16;
const WINDOW_BYTES = 4096;

/**
 * SHA-256 (64 hex digits) that identifies a model in masks and results: over every tensor's name, dtype, shape and
 * place, the files' sizes and a sample of their data. The same however the files are reached and whatever they are called.
 */
export async function fingerprint(tensors: TensorMap, signal?: AbortSignal): Promise<string> {
  const sorted = [...tensors.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const bySource = new Map<ByteSource, TensorInfo[]>();
  for (const tensor of sorted) {
    const own = bySource.get(tensor.source);
    if (own) own.push(tensor);
    else bySource.set(tensor.source, [tensor]);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const [source, own] of bySource) {
    const dataStart = own.reduce((least, tensor) => Math.min(least, tensor.start), source.size);
    parts.push(new TextEncoder().encode(layout(own, dataStart, source.size)));
    parts.push(...(await sample(source, dataStart, signal)));
  }
  const whole = await new Blob(parts).arrayBuffer();
  return sha256Of(whole);
}

const layout = (tensors: readonly TensorInfo[], dataStart: number, size: number): string =>
  `${JSON.stringify([
    size - dataStart,
    ...tensors.map((t) => [t.name, t.dtype, t.shape, t.start - dataStart, t.end - dataStart]),
  ])}\n`;

function sample(source: ByteSource, dataStart: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>[]> {
  const bytes = source.size - dataStart;
  if (bytes <= WINDOWS * WINDOW_BYTES) return Promise.all([source.read(dataStart, source.size, signal)]);
  const stride = (bytes - WINDOW_BYTES) / (WINDOWS - 1);
  return Promise.all(
    Array.from({ length: WINDOWS }, (_, i) => {
      const start = dataStart + Math.floor(i * stride);
      return source.read(start, start + WINDOW_BYTES, signal);
    }),
  );
}
