import type { Buffer } from '../gpu/gpu';
import type { Kernels } from '../gpu/kernel';
import { grid, type Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import { type Linear, MAX_SLOTS, type Norm, padded, type Slots, TILE_ROWS } from './layout';
import { DTYPES, EPILOGUES, type Epilogue, type KernelChoice, Pipelines, u32 } from './pipelines';

/** From this many rows on a product is a matmul, below a matvec a row. */
const MATMUL_ROWS = 4;

/** Shapes and buffers of one attention step; see shaders/attention.wgsl. */
export interface AttentionStep {
  /** Rows of one branch, and branches. */
  readonly rows: number;
  readonly branches: number;
  readonly qkv: Buffer;
  readonly qkNorm?: Buffer;
  readonly qkEps: number;
  readonly q: Buffer;
  readonly kv: Buffer;
  /** Rows of one branch in kv. */
  readonly cacheRows: number;
  readonly scores: Buffer;
  /** Keys a row of scores has room for; a multiple of 4. */
  readonly scoreStride: number;
  readonly out: Buffer;
  readonly places: Buffer;
  readonly tiles: Buffer;
  readonly tileCount: number;
  readonly keys: Buffer;
  readonly turns: Buffer;
}

/**
 * Records the engine's kernels, each as one method in terms of matrices and rows. Products too long for one submission
 * are cut by rows, then by columns.
 */
export class Dispatcher extends Pipelines {
  /** Compiles what `model` needs for a walk; the rest comes with `ready`. */
  static async create(
    recorder: Recorder,
    kernels: Kernels,
    choice: KernelChoice,
    empty: Buffer,
    model: ModelSpec,
  ): Promise<Dispatcher> {
    const d = new Dispatcher(recorder, kernels, choice, empty, model);
    await d.ready('walk');
    return d;
  }

  /** out[i] = the token's row of the table (+ its position's); one dispatch for each part of the table. */
  embed(
    table: Linear,
    positionTable: Linear | undefined,
    ids: Buffer,
    places: Buffer,
    out: Buffer,
    outRow: number,
    rows: number,
  ): void {
    const eights = table.steps;
    const pipeline = this.get('embed', { DTYPE: DTYPES[table.dtype], LEARNED_POSITIONS: positionTable ? 1 : 0 });
    for (const part of table.parts) {
      const p = u32(rows, eights, part.first, part.outputs, outRow);
      const buffers = [ids, places, part.buffer, positionTable?.parts[0].buffer ?? this.empty, out];
      this.recorder.dispatch(pipeline, p.buffer, buffers, grid(Math.ceil((rows * eights) / 64)), rows * eights * 8);
    }
  }

  /**
   * out[branch rows] = norm of each slot's rows, or of the rows `list` names in each slot.
   * @param list row numbers, `count` from `first` on
   */
  norm(
    norm: Norm,
    from: Slots,
    out: Buffer,
    list?: { readonly buffer: Buffer; readonly first: number; readonly count: number },
  ): void {
    const perBranch = list?.count ?? from.rows;
    const rows = perBranch * from.slots.length;
    const stride = padded(norm.width);
    const p = u32(
      rows,
      norm.width,
      stride,
      from.rows,
      perBranch,
      norm.bias ? 1 : 0,
      list?.first ?? 0,
      0,
      ...slotWords(from.slots),
    );
    new Float32Array(p.buffer)[7] = norm.eps;
    const pipeline = this.get('norm', { ...this.shared, LAYER_NORM: norm.layer ? 1 : 0, GATHER: list ? 1 : 0 });
    this.recorder.dispatch(
      pipeline,
      p.buffer,
      [from.stream, norm.weight, norm.bias ?? this.empty, list?.buffer ?? this.empty, out],
      this.rowGroups(rows),
      rows * norm.width * 3,
    );
  }

  /** out = epilogue(x Wᵀ + b), rows of `out` `outStride` elements apart; its columns from `columns.first` on, where given. */
  linear(
    x: Buffer,
    rows: number,
    w: Linear,
    epilogue: Exclude<Epilogue, 'add'>,
    out: Buffer,
    outStride: number,
    columns?: { readonly first: number; readonly count: number },
  ): void {
    this.#linear(x, rows, w, epilogue, out, outStride, columns ?? { first: 0, count: w.outputs }, undefined);
  }

  /** stream += x Wᵀ + b, into the slots. */
  linearAdd(x: Buffer, w: Linear, to: Slots): void {
    this.#linear(
      x,
      to.rows * to.slots.length,
      w,
      'add',
      to.stream,
      padded(w.outputs),
      { first: 0, count: w.outputs },
      to,
    );
  }

  /** q, k and v placed, scores, softmax and mix; in runs of tiles for which `scores` has room. */
  attention(a: AttentionStep): void {
    const spec = this.model;
    const { heads, kvHeads, headDim } = spec;
    const interleaved = spec.qkvInterleaved;
    const qkvWidth = (heads + 2 * kvHeads) * headDim;
    const qStride = padded(heads * headDim);
    const tilesInAll = a.tileCount * a.branches;
    const parameters = (firstTile: number, tiles: number) => {
      const p = u32(
        a.rows,
        a.branches,
        heads,
        kvHeads,
        headDim,
        spec.rotary.dim,
        padded(qkvWidth),
        qStride,
        0,
        interleaved ? headDim : heads * headDim,
        interleaved ? 2 * headDim : (heads + kvHeads) * headDim,
        interleaved ? 3 * headDim : headDim,
        a.tileCount,
        firstTile,
        tiles,
        a.scoreStride,
        a.cacheRows,
        0,
        0,
      );
      const f = new Float32Array(p.buffer);
      f[17] = a.qkEps;
      f[18] = 1 / Math.sqrt(headDim);
      return p.buffer;
    };
    const elements = a.rows * a.branches * (heads + 2 * kvHeads) * headDim;
    this.recorder.dispatch(
      this.get('place', { QK_NORM: this.qkNorm }),
      parameters(0, tilesInAll),
      [a.places, a.qkv, a.turns, a.qkNorm ?? this.empty, a.q, a.kv],
      grid(Math.ceil(elements / 256)),
      elements * (a.qkNorm ? headDim : 2),
    );
    const WINDOW = spec.window ?? 0;
    const tileBytes = TILE_ROWS * heads * a.scoreStride * 4;
    const work = TILE_ROWS * a.scoreStride * headDim * heads; // multiply-adds of a tile, at most
    const fits = Math.floor(
      Math.min(a.scores.bytes / tileBytes, Math.max(1, this.recorder.maxWork / work), (65535 * 8) / heads),
    );
    for (let first = 0; first < tilesInAll; first += fits) {
      const tiles = Math.min(fits, tilesInAll - first);
      const p = parameters(first, tiles);
      this.recorder.dispatch(
        this.get('score', { WINDOW }),
        p,
        [a.places, a.tiles, a.keys, a.q, a.kv, a.scores],
        [Math.ceil(a.scoreStride / 32), Math.ceil((tiles * heads) / 8)],
        tiles * work,
      );
      this.recorder.dispatch(
        this.get('softmax', { ...this.shared, WINDOW }),
        p,
        [a.places, a.tiles, a.scores],
        this.rowGroups(tiles * TILE_ROWS * heads),
        tiles * TILE_ROWS * heads * a.scoreStride * 4,
      );
      this.recorder.dispatch(
        this.get('mix', { WINDOW }),
        p,
        [a.places, a.tiles, a.keys, a.kv, a.scores, a.out],
        [Math.ceil(qStride / 32), Math.ceil(tiles / 8)],
        tiles * work,
      );
    }
  }

  /** Puts a published tensor into rows padded to a multiple of 8; see shaders/arrange.wgsl. */
  arrange(
    source: Buffer,
    out: Buffer,
    shape: {
      readonly bytes: number;
      readonly rows: number;
      readonly inputs: number;
      readonly words: number;
      readonly rowStep: number;
      readonly inputStep: number;
      readonly outRow: number;
      readonly sourceStart: number;
    },
  ): void {
    const p = u32(
      shape.rows,
      shape.inputs,
      shape.words,
      shape.rowStep,
      shape.inputStep,
      shape.outRow,
      shape.sourceStart,
    );
    const count = shape.rows * shape.words;
    this.recorder.dispatch(
      this.get('arrange', { BYTES: shape.bytes }),
      p.buffer,
      [source, out],
      grid(Math.ceil(count / 64)),
      count * 4,
    );
  }

  #linear(
    x: Buffer,
    rows: number,
    w: Linear,
    epilogue: Epilogue,
    out: Buffer,
    outStride: number,
    columns: { readonly first: number; readonly count: number },
    slots: Slots | undefined,
  ): void {
    const constants = { DTYPE: DTYPES[w.dtype], EPILOGUE: EPILOGUES[epilogue] };
    const few = rows < MATMUL_ROWS && this.has(this.choice.matvec, constants);
    const name = few ? this.choice.matvec : this.choice.matmul;
    const pipeline = this.get(name, constants);
    const wide = w.gated ? 2 : 1;
    const perColumn = w.steps * 8 * wide; // multiply-adds a row
    const limit = this.recorder.maxWork;
    for (const part of w.parts) {
      const begin = Math.max(part.first, columns.first);
      const end = Math.min(part.first + part.outputs, columns.first + columns.count);
      if (begin >= end) continue;
      const rowStep = few ? rows : atLeast(64, limit / (perColumn * (end - begin)));
      for (let row = 0; row < rows; row += rowStep) {
        const count = Math.min(rowStep, rows - row);
        const columnStep = atLeast(256, limit / (perColumn * count));
        for (let c = begin; c < end; c += columnStep) {
          const outputs = Math.min(columnStep, end - c);
          const last = c + outputs === w.outputs;
          const p = u32(
            count,
            row,
            w.steps,
            outputs,
            c - part.first,
            part.outputs,
            c - columns.first,
            outStride,
            w.bias ? 1 : 0,
            c,
            w.outputs,
            last && epilogue !== 'add' ? padded(w.outputs) - c : 0,
            slots?.rows ?? 1,
            0,
            0,
            0,
            ...slotWords(slots?.slots ?? []),
          );
          this.recorder.dispatch(
            pipeline,
            p.buffer,
            [x, part.buffer, w.bias ?? this.empty, out],
            groupsOf(name, count, outputs * wide),
            count * outputs * perColumn,
          );
        }
      }
    }
  }
}

/** A multiple of `step`, at least one. */
const atLeast = (step: number, wanted: number): number => Math.max(1, Math.floor(wanted / step)) * step;

/** Workgroups of a product's kernel for this many rows and weight rows. */
export function groupsOf(
  name: KernelChoice['matmul'] | KernelChoice['matvec'],
  rows: number,
  columns: number,
): [number, number] {
  switch (name) {
    case 'matmul_register':
    case 'matmul_workgroup':
      return [Math.ceil(columns / 64), Math.ceil(rows / 64)];
    case 'matvec_register':
      return [Math.ceil(columns / 128), rows];
    case 'matvec_workgroup':
      return [Math.ceil(columns / 4), rows];
  }
}

function slotWords(slots: readonly number[]): number[] {
  return Array.from({ length: MAX_SLOTS }, (_, i) => slots[i] ?? 0);
}
