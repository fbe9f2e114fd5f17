import type { ByteSource } from './bytes';
import { checkRange } from './sources';

/**
 * Numbers that are worked out from what is stored, as bytes of F32 one after the other: a source like any other.
 * @param numbers those from `first` on, at least so many (more where it is simpler to work out whole rows)
 */
export function widenedSource(
  name: string,
  elements: number,
  numbers: (
    first: number,
    count: number,
    signal?: AbortSignal,
  ) => Promise<{ readonly values: Float32Array<ArrayBuffer>; readonly start: number }>,
): ByteSource {
  const size = 4 * elements;
  return {
    name,
    size,
    async read(from, to, signal) {
      checkRange({ name, size }, from, to);
      const first = Math.floor(from / 4);
      const { values, start } = await numbers(first, Math.ceil(to / 4) - first, signal);
      return new Uint8Array(values.buffer, from - 4 * start, to - from).slice();
    },
  };
}
