import type { ByteSource } from '../bytes';
import { checkRange } from '../sources';

/** How elements of `bytes` bytes lie from `start` on: `strides` elements from one to the next of each dimension. */
export interface Strides {
  readonly start: number;
  readonly bytes: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/**
 * A tensor that is a view of its storage (transposed, cut out, repeated) as bytes in row-major order. What is read is the
 * part of the storage from the first element asked for to the last, and of what is asked no more at once than that takes.
 */
export function strided(source: ByteSource, { start, bytes, shape, strides }: Strides): ByteSource {
  const elements = shape.reduce((product, n) => product * n, 1);
  const size = elements * bytes;
  /** Where the element of this number lies, in elements. */
  const place = (element: number): number => {
    let [left, at] = [element, 0];
    for (let i = shape.length - 1; i >= 0; i--) {
      at += (left % shape[i]!) * strides[i]!;
      left = Math.floor(left / shape[i]!);
    }
    return at;
  };
  return {
    name: source.name,
    size,
    async read(from, to, signal) {
      checkRange({ name: source.name, size }, from, to);
      const out = new Uint8Array(to - from);
      if (to === from) return out;
      const [first, end] = [Math.floor(from / bytes), Math.ceil(to / bytes)];
      let [low, high] = [Number.POSITIVE_INFINITY, 0];
      for (let e = first; e < end; e++) {
        const at = place(e);
        low = Math.min(low, at);
        high = Math.max(high, at);
      }
      const held = await source.read(start + low * bytes, start + (high + 1) * bytes, signal);
      for (let e = first; e < end; e++) {
        const at = (place(e) - low) * bytes;
        for (let b = 0; b < bytes; b++) {
          const to = e * bytes + b - from;
          if (to >= 0 && to < out.length) out[to] = held[at + b]!;
        }
      }
      return out;
    },
  };
}
