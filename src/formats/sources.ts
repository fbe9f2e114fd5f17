import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource } from './bytes';

/** Throws `download-cut` unless `[start, end)` lies within the source. */
export function checkRange(source: { name: string; size: number }, start: number, end: number): void {
  if (start >= 0 && start <= end && end <= source.size) return;
  throw new LopperError(
    'download-cut',
    `${source.name}: bytes ${start} to ${end} were asked for, but it has ${source.size}.`,
    'The file is cut short: get it again.',
  );
}

/** A source over a `File` or `Blob`, read piece by piece from where it lies. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(start, end, signal) {
      throwIfCancelled(signal);
      checkRange({ name, size: blob.size }, start, end);
      try {
        return new Uint8Array(await blob.slice(start, end).arrayBuffer());
      } catch (cause) {
        throw new LopperError(
          'file-missing',
          `${name} can no longer be read (${(cause as Error).message}).`,
          'It was changed, moved or deleted since it was chosen: choose it again.',
          { cause },
        );
      }
    },
  };
}
