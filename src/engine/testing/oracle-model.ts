/** A whole model's forward pass in float64, from its description and its published tensors. For tiny models only. */
import type { TensorMap } from '../../formats/tensor';
import type { AttnSpec, FfnSpec, LinearSpec, ModelSpec, NormSpec } from '../../model/spec';
import { activations, add, attention, gated, layerNorm, linear, logSoftmax, rmsNorm, rope, sight } from './oracle';

type Values = ReadonlyMap<string, readonly number[]>;

/** Every tensor of a model as plain numbers. */
export async function readValues(tensors: TensorMap): Promise<Values> {
  const values = new Map<string, number[]>();
  for (const [name, t] of tensors) {
    const bytes = await t.source.read(t.start, t.end);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const step = t.dtype === 'F32' ? 4 : 2;
    const read = { F32: float, F16: half, BF16: brain }[t.dtype as 'F32' | 'F16' | 'BF16'];
    values.set(
      name,
      Array.from({ length: bytes.byteLength / step }, (_, i) => read(view, i * step)),
    );
  }
  return values;
}

const float = (view: DataView, at: number): number => view.getFloat32(at, true);
const half = (view: DataView, at: number): number => {
  const bits = view.getUint16(at, true);
  const [sign, exponent, fraction] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
  return (-1) ** sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
};
const brain = (view: DataView, at: number): number => {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setUint16(0, view.getUint16(at, true));
  return bits.getFloat32(0);
};

/** What a forward pass did to the stream: by sublayer what it read and what it added, and the stream between blocks. */
export interface Trace {
  /** [sublayer][row][channel]. */
  readonly read: number[][][];
  readonly added: number[][][];
  /** [blocks + 1][row][channel]: the input of each block, and the output of the last. */
  readonly between: number[][][];
}

/**
 * Log-probabilities [rows][vocabulary] of one sequence, with the sublayers of `dropped` left out.
 * @param nudge what is added to the stream behind a sublayer: [row][channel] by its index
 */
export function forward(
  spec: ModelSpec,
  values: Values,
  ids: readonly number[],
  dropped: ReadonlySet<number>,
  trace?: Trace,
  nudge?: ReadonlyMap<number, number[][]>,
): number[][] {
  const get = (name: string): readonly number[] => values.get(name)!;
  const rowsOf = (flat: readonly number[], width: number): number[][] =>
    Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
  const normed = (x: readonly number[], n: NormSpec): number[] =>
    n.kind === 'rms'
      ? rmsNorm(x, get(n.weight), n.eps)
      : layerNorm(x, get(n.weight), n.bias ? get(n.bias) : undefined, n.eps);
  const apply = (x: number[][], l: LinearSpec): number[][] => {
    const w = l.weights.flatMap((name, i) => {
      if (!l.transposed) return rowsOf(get(name), l.inputs);
      const published = rowsOf(get(name), l.outputs[i]);
      return published[0].map((_, o) => published.map((row) => row[o]));
    });
    return linear(x, w, l.biases.length > 0 ? l.biases.flatMap(get) : undefined);
  };
  const seen = sight({ rows: ids.length, chains: [{ start: 0, end: ids.length, parent: -1 }] }, spec.window);
  const d = spec.headDim;

  const attn = (x: number[][], s: AttnSpec): number[][] => {
    const qkv = apply(
      x.map((row) => normed(row, s.norm)),
      s.qkv,
    );
    const head = (row: number, part: 'q' | 'k' | 'v', h: number): number[] => {
      const sequential = { q: 0, k: spec.heads, v: spec.heads + spec.kvHeads }[part] + h;
      const place = spec.qkvInterleaved ? 3 * h + 'qkv'.indexOf(part) : sequential;
      const channels = qkv[row].slice(place * d, (place + 1) * d);
      if (part === 'v') return channels;
      const norm = part === 'q' ? s.qNorm : s.kNorm;
      return rope(norm ? normed(channels, norm) : channels, row, spec.rotary.frequencies);
    };
    const heads = (part: 'q' | 'k' | 'v', count: number) =>
      x.map((_, row) => Array.from({ length: count }, (_, h) => head(row, part, h)));
    const mixed = attention(heads('q', spec.heads), heads('k', spec.kvHeads), heads('v', spec.kvHeads), seen);
    return apply(mixed, s.out);
  };
  const ffn = (x: number[][], s: FfnSpec): number[][] => {
    const up = apply(
      x.map((row) => normed(row, s.norm)),
      s.up,
    );
    const { activation } = spec;
    const hidden = up.map((row) => (activation === 'silu-gated' ? gated(row) : row.map(activations[activation])));
    return apply(hidden, s.down);
  };

  const table = rowsOf(get(spec.embedding), spec.width);
  const positions = spec.positions ? rowsOf(get(spec.positions), spec.width) : undefined;
  let x = ids.map((id, i) => (positions ? add(table[id], positions[i]) : table[id]));
  let blockInput = x;
  for (const [index, s] of spec.sublayers.entries()) {
    if (s.kind === 'attn') {
      blockInput = x;
      trace?.between.push(x);
    }
    const source = spec.parallel ? blockInput : x;
    const nothing = () => source.map((row) => row.map(() => 0));
    const update = dropped.has(index) ? nothing() : s.kind === 'attn' ? attn(source, s) : ffn(source, s);
    trace?.read.push(source);
    trace?.added.push(update);
    x = x.map((row, i) => add(row, update[i]));
    const moved = nudge?.get(index);
    if (moved) x = x.map((row, i) => add(row, moved[i]));
  }
  trace?.between.push(x);
  return linear(
    x.map((row) => normed(row, spec.finalNorm)),
    rowsOf(get(spec.head), spec.width),
  ).map(logSoftmax);
}
