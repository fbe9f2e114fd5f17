/** A whole model's forward pass in float64, from its description and its published tensors. For tiny models only. */
import type { TensorMap } from '../../formats/tensor';
import type { AttnSpec, FfnSpec, LinearSpec, ModelSpec, NormSpec } from '../../model/spec';
import { activated, add, attention, capped, layerNorm, linear, logSoftmax, rmsNorm, rope, sight } from './oracle';

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
  const normed = (x: readonly number[], n: NormSpec | undefined): readonly number[] => {
    if (!n) return x;
    const weight = get(n.weight).map((w) => w + (n.offset ?? 0));
    const y =
      n.kind === 'rms' ? rmsNorm(x, weight, n.eps) : layerNorm(x, weight, n.bias ? get(n.bias) : undefined, n.eps);
    return y.map((v) => v * (n.scale ?? 1));
  };
  const apply = (x: (readonly number[])[], l: LinearSpec): number[][] => {
    const w = l.weights.flatMap((name, i) => {
      if (!l.transposed) return rowsOf(get(name), l.inputs);
      const published = rowsOf(get(name), l.outputs[i]);
      return published[0].map((_, o) => published.map((row) => row[o]));
    });
    const y = linear(x, w, l.biases.length > 0 ? l.biases.flatMap(get) : undefined);
    return y.map((row) => row.map((v) => v * (l.scale ?? 1)));
  };
  const d = spec.headDim;

  const attn = (x: number[][], s: AttnSpec): number[][] => {
    const qkv = apply(
      x.map((row) => normed(row, s.norm)),
      s.qkv,
    );
    const seen = sight({ rows: ids.length, chains: [{ start: 0, end: ids.length, parent: -1 }] }, s.window);
    const turn = s.rotary === undefined ? undefined : spec.rotaries[s.rotary];
    const isLong = turn?.long !== undefined && ids.length > turn.long.beyond;
    const frequencies = (isLong ? turn.long?.frequencies : turn?.frequencies) ?? [];
    const widths = { q: spec.heads * d, k: spec.kvHeads * d };
    const head = (row: number, part: 'q' | 'k' | 'v', h: number): number[] => {
      const sequential = { q: 0, k: spec.heads, v: spec.heads + spec.kvHeads }[part] + h;
      const place = spec.qkvInterleaved ? 3 * h + 'qkv'.indexOf(part) : sequential;
      const channels = qkv[row].slice(place * d, (place + 1) * d);
      if (part === 'v') return channels;
      const norm = part === 'q' ? s.qNorm : s.kNorm;
      const start = part === 'q' ? 0 : widths.q;
      const own =
        spec.qkNorm === 'whole'
          ? normed(qkv[row].slice(start, start + widths[part]), norm).slice(h * d, (h + 1) * d)
          : normed(channels, norm);
      return rope(own, row, frequencies, turn?.scale);
    };
    const heads = (part: 'q' | 'k' | 'v', count: number) =>
      x.map((_, row) => Array.from({ length: count }, (_, h) => head(row, part, h)));
    const mixed = attention(heads('q', spec.heads), heads('k', spec.kvHeads), heads('v', spec.kvHeads), seen, {
      scale: spec.attentionScale,
      cap: spec.scoreCap,
    });
    return apply(mixed, s.out).map((row) => [...normed(row, s.normAfter)]);
  };
  const ffn = (x: number[][], s: FfnSpec): number[][] => {
    const up = apply(
      x.map((row) => normed(row, s.norm)),
      s.up,
    );
    const hidden = up.map((row) => activated(row, spec.activation));
    return apply(hidden, s.down).map((row) => [...normed(row, s.normAfter)]);
  };

  const table = rowsOf(get(spec.embedding), spec.width);
  const positions = spec.positions ? rowsOf(get(spec.positions), spec.width) : undefined;
  const offset = spec.positionOffset ?? 0;
  let x = ids.map((id, i) => {
    const embedded = table[id].map((v) => v * (spec.embeddingScale ?? 1));
    return positions ? add(embedded, positions[offset + i]) : embedded;
  });
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
  ).map((row) => logSoftmax(row.map((z) => capped(z, spec.logitCap))));
}
