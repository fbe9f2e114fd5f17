import type { ByteSource } from '../bytes';
import { isDtype, isInBlocks, widen } from '../dtypes';
import type { TensorInfo } from '../tensor';

/**
 * How a tensor's rows stand in another order than they are published in: as [outer, a, b, inner] where the file has
 * [outer, b, a, inner]. Rows stay whole, so those of any type move as bytes.
 */
export interface RowOrder {
  readonly a: number;
  readonly b: number;
  readonly inner: number;
}

/** Llama's queries and keys, stored as pairs of channels that turn together, published as halves of a head. */
export const halvesFromPairs = (headDim: number): RowOrder => ({ a: 2, b: headDim / 2, inner: 1 });

/** GPT-NeoX's fused projection, stored as all queries, all keys, all values, published as those of each head. */
export const headsFromKinds = (heads: number, headDim: number): RowOrder => ({ a: heads, b: 3, inner: headDim });

/** Where row `row` of the published order is stored. */
function storedRow({ a, b, inner }: RowOrder, row: number): number {
  const group = a * b * inner;
  const rest = row % group;
  const [i, j, k] = [Math.floor(rest / (b * inner)), Math.floor(rest / inner) % b, rest % inner];
  return row - rest + (j * a + i) * inner + k;
}

/** Rows that lie this near, bytes, are read together with what is between them. */
const NEAR_BYTES = 2 ** 16;

/** The tensor with its rows as they are published; they are put in order as they are read. */
export function inOrder(tensor: TensorInfo, order: RowOrder): TensorInfo {
  const { name, source, start, end, shape } = tensor;
  const rows = shape[0] ?? 0;
  const rowBytes = (end - start) / rows;
  const stored = (row: number) => storedRow(order, row);
  const size = end - start;
  const read: ByteSource['read'] = async (from, to, signal) => {
    const first = Math.floor(from / rowBytes);
    const count = Math.ceil(to / rowBytes) - first;
    const whole = new Uint8Array(count * rowBytes);
    const wanted = Array.from({ length: count }, (_, i) => ({ i, at: stored(first + i) })).sort((x, y) => x.at - y.at);
    for (let k = 0; k < wanted.length; ) {
      let last = k + 1;
      while (last < wanted.length && (wanted[last]!.at - wanted[last - 1]!.at - 1) * rowBytes < NEAR_BYTES) last++;
      const base = wanted[k]!.at;
      const bytes = await source.read(start + base * rowBytes, start + (wanted[last - 1]!.at + 1) * rowBytes, signal);
      for (; k < last; k++) {
        const { i, at } = wanted[k]!;
        whole.set(bytes.subarray((at - base) * rowBytes, (at - base + 1) * rowBytes), i * rowBytes);
      }
    }
    return whole.slice(from - first * rowBytes, to - first * rowBytes);
  };
  return { ...tensor, source: { name: `${name} of ${source.name}`, size, read }, start: 0, end: size };
}

/** A table that is read number by number, not in blocks: where it is stored in blocks it is widened as it is read. */
export const widened = (tensor: TensorInfo): TensorInfo =>
  isDtype(tensor.dtype) && isInBlocks(tensor.dtype) ? shifted(tensor, 0) : tensor;

/** The tensor in F32, `by` added to each number as it is read. */
export function shifted(tensor: TensorInfo, by: number): TensorInfo {
  const { name, dtype, shape, source, start, end } = tensor;
  if (!isDtype(dtype)) return tensor;
  const size = 4 * shape.reduce((product, n) => product * n, 1);
  const [rowBytes, wideBytes] = [(end - start) / shape[0]!, size / shape[0]!];
  const read: ByteSource['read'] = async (from, to, signal) => {
    const [first, last] = [Math.floor(from / wideBytes), Math.ceil(to / wideBytes)];
    const rows = widen(await source.read(start + first * rowBytes, start + last * rowBytes, signal), dtype);
    if (by !== 0) for (let i = 0; i < rows.length; i++) rows[i]! += by;
    return new Uint8Array(rows.buffer).slice(from - first * wideBytes, to - first * wideBytes);
  };
  return { ...tensor, dtype: 'F32', source: { name: `${name} of ${source.name}`, size, read }, start: 0, end: size };
}
