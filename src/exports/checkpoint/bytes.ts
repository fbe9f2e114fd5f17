/** The bytes of planned tensors, piece by piece: a model of any size passes through a few megabytes. */
import { throwIfCancelled } from '../../errors';
import type { ByteSource } from '../../formats/bytes';
import { DTYPES, type Dtype, widen } from '../../formats/dtypes';
import type { TensorInfo } from '../../formats/tensor';
import type { MergedMap, PlannedTensor } from './plan';

/** Read and written at once. */
const PIECE_BYTES = 8 * 2 ** 20;

export type Bytes = Uint8Array<ArrayBuffer>;

/** Memory that large pieces lie in by turns: while one is written, the next is read into the other. */
export class Turns {
  readonly #buffers: Bytes[] = [];
  #turn = 0;

  next(length: number): Bytes {
    this.#turn = 1 - this.#turn;
    this.#buffers[this.#turn] ??= new Uint8Array(PIECE_BYTES);
    return this.#buffers[this.#turn]!.subarray(0, length);
  }
}

/** The next piece is read while one is written. */
export async function* ahead(pieces: AsyncIterable<Bytes> | Iterable<Bytes>): AsyncGenerator<Bytes> {
  const from = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  const take = () => {
    const next = Promise.resolve(from.next());
    next.catch(() => {}); // thrown where it is waited for
    return next;
  };
  for (let next = take(); ; ) {
    const { done, value } = await next;
    if (done) return;
    next = take();
    yield value;
  }
}

/** Some bytes of a source as they are. A piece is good until the one after the next is asked for. */
export async function* piecesOf(
  source: ByteSource,
  [start, end]: readonly [number, number],
  turns: Turns,
  signal?: AbortSignal,
): AsyncGenerator<Bytes> {
  for (let at = start; at < end; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, end - at);
    if (source.readInto && isLarge(length)) {
      const piece = turns.next(length);
      await source.readInto(at, piece, signal);
      yield piece;
    } else yield await source.read(at, at + length, signal);
  }
}

/** So many zeros. */
export function* zeros(bytes: number): Generator<Bytes> {
  for (let at = 0; at < bytes; at += PIECE_BYTES) yield new Uint8Array(Math.min(PIECE_BYTES, bytes - at));
}

/** What is not is put together with its neighbours. */
const isLarge = (length: number) => length >= PIECE_BYTES / 2;

/** The head of a safetensors file of these tensors (https://github.com/huggingface/safetensors#format), as transformers writes it. */
function headerOf(tensors: readonly PlannedTensor[]): Bytes {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const start = end;
    end += bytes;
    return [name, { dtype, shape, data_offsets: [start, end] }] as const;
  });
  const header = { __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  return head;
}

/**
 * A whole file of these tensors, in pieces of a few megabytes: small tensors are put together, large ones cut. A piece is good
 * until the one after the next is asked for.
 */
export async function* fileBytes(tensors: readonly PlannedTensor[], signal?: AbortSignal): AsyncGenerator<Bytes> {
  let small: Bytes[] = [headerOf(tensors)];
  let held = small[0]!.length;
  const turns = new Turns();
  for (const tensor of tensors) {
    for await (const piece of tensorBytes(tensor, turns, signal)) {
      throwIfCancelled(signal);
      if (held + piece.length > PIECE_BYTES && small.length > 0) {
        yield joined(small, held);
        [small, held] = [[], 0];
      }
      if (isLarge(piece.length)) {
        if (small.length > 0) yield joined(small, held);
        [small, held] = [[], 0];
        yield piece;
      } else {
        small.push(piece);
        held += piece.length;
      }
    }
  }
  if (small.length > 0) yield joined(small, held);
}

function joined(pieces: readonly Bytes[], length: number): Bytes {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function* tensorBytes(
  { from, bytes, shape }: PlannedTensor,
  turns: Turns,
  signal?: AbortSignal,
): AsyncGenerator<Bytes> {
  if (from.kind === 'copy') {
    const { source, start, end } = from.tensor;
    yield* piecesOf(source, [start, end], turns, signal);
    return;
  }
  if (from.kind === 'zeros') {
    yield* zeros(bytes);
    return;
  }
  if (from.kind === 'made') {
    const columns = shape.at(-1)!;
    for (let at = 0; at < bytes / 4; at += PIECE_BYTES / 4) {
      const count = Math.min(bytes / 4 - at, PIECE_BYTES / 4);
      yield f32(count, (i) => from.at(Math.floor((at + i) / columns), (at + i) % columns));
    }
    return;
  }
  if (from.kind === 'merged') {
    yield* mergedBytes(from.tensor, from.by, shape, signal);
    return;
  }
  const { tensor, vector } = from;
  const width = vector.length;
  const rows = shape.reduce((product, n) => product * n, 1) / width;
  const atOnce = Math.max(1, Math.floor(PIECE_BYTES / (4 * width)));
  for (let row = 0; row < rows; row += atOnce) {
    const count = Math.min(atOnce, rows - row);
    const dtype = tensor?.dtype as Dtype;
    const rowBytes = tensor ? width * DTYPES[dtype].bytes : 0;
    const own = tensor
      ? widen(
          await tensor.source.read(tensor.start + row * rowBytes, tensor.start + (row + count) * rowBytes, signal),
          dtype,
        )
      : undefined;
    yield f32(width * count, (i) => (own?.[i] ?? 0) + vector[i % width]!);
  }
}

/** Some rows of a tensor at a time, as numbers. */
async function* rowsOf({ source, start, dtype }: TensorInfo, width: number, rows: number, signal?: AbortSignal) {
  const rowBytes = width * DTYPES[dtype as Dtype].bytes;
  const atOnce = Math.max(1, Math.floor(PIECE_BYTES / (4 * width)));
  for (let row = 0; row < rows; row += atOnce) {
    const count = Math.min(atOnce, rows - row);
    const bytes = await source.read(start + row * rowBytes, start + (row + count) * rowBytes, signal);
    yield { row, count, values: widen(bytes, dtype as Dtype) };
  }
}

/**
 * W + s B A W, the outputs being W's rows: A W first, [rank, inputs] in memory, then row by row. Where they are its columns, each
 * row goes through the map by itself. A bias is a column.
 */
async function* mergedBytes(
  tensor: TensorInfo,
  { module: { map, strength }, byColumns, vector }: MergedMap,
  shape: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<Bytes> {
  const { rank, a, b } = map!;
  const [rows, width] = [shape[0]!, shape[1] ?? 1];
  const outputs = byColumns ? width : rows;
  const inner = new Float32Array(byColumns ? rank : rank * width);
  if (!byColumns) {
    for await (const { row, count, values } of rowsOf(tensor, width, rows, signal)) {
      for (let r = 0; r < count; r++) {
        for (let k = 0; k < rank; k++) {
          const by = a[k * outputs + row + r]!;
          for (let i = 0; i < width; i++) inner[k * width + i]! += by * values[r * width + i]!;
        }
      }
      throwIfCancelled(signal);
    }
  }
  for await (const { row, count, values } of rowsOf(tensor, width, rows, signal)) {
    const out = Float32Array.from(values);
    for (let r = 0; r < count; r++) {
      if (byColumns) {
        for (let k = 0; k < rank; k++) {
          inner[k] = 0;
          for (let i = 0; i < width; i++) inner[k]! += a[k * width + i]! * values[r * width + i]!;
        }
        for (let i = 0; i < width; i++) {
          for (let k = 0; k < rank; k++) out[r * width + i]! += strength * b[i * rank + k]! * inner[k]!;
        }
        continue;
      }
      for (let k = 0; k < rank; k++) {
        const by = strength * b[(row + r) * rank + k]!;
        for (let i = 0; i < width; i++) out[r * width + i]! += by * inner[k * width + i]!;
      }
      if (vector) out[r]! += vector[row + r]!;
    }
    throwIfCancelled(signal);
    yield f32(out.length, (i) => out[i]!);
  }
}

/** Little-endian. */
function f32(count: number, at: (i: number) => number): Bytes {
  const view = new DataView(new ArrayBuffer(4 * count));
  for (let i = 0; i < count; i++) view.setFloat32(4 * i, at(i), true);
  return new Uint8Array(view.buffer);
}
