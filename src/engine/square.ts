/** Square matrices on the GPU in single precision: as much of linear algebra as a wide closed form needs. */
import { LopperError } from '../errors';
import type { Buffer } from '../gpu/gpu';
import { mebibytes } from './budget';
import type { SquareContract } from './contract';
import { linear, manyRowKernels } from './kernels/linear';
import { linearBackward, linearBackwardKernels } from './kernels/linear-backward';
import { BLOCK, type Equations, factor, solveKernels, solveRows } from './kernels/solve';
import type { Linear } from './layout';
import type { Machine } from './machine';

/** Rows that are multiplied or solved for together. */
const MOST_ROWS = 256;

export class Square implements SquareContract {
  #isL = false;

  private constructor(
    readonly m: Machine,
    readonly width: number,
    readonly equations: Equations,
    readonly into: Buffer,
    readonly out: Buffer,
  ) {}

  /** Brings a matrix to the GPU. Throws `out-of-memory`, for one beyond what the adapter binds at once too. */
  static async of(m: Machine, width: number, values: Float32Array): Promise<Square> {
    const { gpu, dispatcher } = m;
    const kinds = [{ dtype: 'F32', epilogue: 'store' }] as const;
    await dispatcher.ready([
      ...solveKernels(),
      ...manyRowKernels(dispatcher, kinds),
      ...linearBackwardKernels(dispatcher, ['F32']),
    ]);
    const n = Math.ceil(width / BLOCK) * BLOCK;
    const [bytes, bound] = [(n + MOST_ROWS) * n * 4, gpu.facts.limits.maxStorageBufferBindingSize];
    if (bytes > bound) {
      throw new LopperError(
        'out-of-memory',
        `A linear map of a stream of ${width} channels takes a buffer of ${mebibytes(bytes)}, more than the ${mebibytes(bound)} that the adapter binds at once.`,
        'Use the mean update, the diagonal or the scale, or train a map.',
      );
    }
    const made: Buffer[] = [];
    const buffer = async (what: string, bytes: number) => {
      made.push(await gpu.allocate(what, bytes, 'activations'));
      return made.at(-1)!;
    };
    try {
      const whole = await buffer(`a matrix of ${width} by ${width}`, bytes);
      const failed = await buffer('a sign', 4);
      const rows = async () => buffer('rows of a matrix', MOST_ROWS * n * 4);
      write(m, whole, spread(values, width, n, width));
      // Beyond its width it is the identity, so that it has eigenvalues there too.
      for (let i = width; i < n; i++) m.gpu.device.queue.writeBuffer(whole.raw, (i * n + i) * 4, new Float32Array([1]));
      return new Square(m, width, { n, m: whole, failed }, await rows(), await rows());
    } catch (error) {
      for (const one of made) gpu.free(one);
      throw error;
    }
  }

  times(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    return this.#by(rows, signal, (count) => {
      linear(this.m.dispatcher, this.into, count, this.#matrix, 'store', this.out, this.equations.n);
      return [this.out, 0];
    });
  }

  timesTransposed(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    const { n } = this.equations;
    return this.#by(rows, signal, (count) => {
      linearBackward(this.m.dispatcher, this.into, n, count, this.#matrix, this.out);
      return [this.out, 0];
    });
  }

  async factor(signal?: AbortSignal): Promise<boolean> {
    factor(this.m.dispatcher, this.equations);
    this.#isL = true;
    const [failed] = await this.m.recorder.read([{ buffer: this.equations.failed, offset: 0, bytes: 4 }], signal);
    return new Uint32Array(failed!)[0] === 0;
  }

  solve(rows: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    if (!this.#isL) throw new Error('a matrix is solved for once it is factored');
    const { n, m } = this.equations;
    return this.#by(rows, signal, (count) => {
      this.m.recorder.copy(this.into, 0, m, n * n * 4, count * n * 4);
      solveRows(this.m.dispatcher, this.equations, count);
      return [m, n * n * 4];
    });
  }

  dispose(): void {
    const { gpu, recorder } = this.m;
    for (const one of [this.equations.m, this.equations.failed, this.into, this.out]) gpu.free(one);
    recorder.forget();
  }

  get #matrix(): Linear {
    const { n, m } = this.equations;
    return { parts: [{ buffer: m, first: 0, outputs: n, dtype: 'F32' }], outputs: n, steps: n / 8, gated: false };
  }

  /** What becomes of rows [count, width], so many at once, from where it comes to lie. */
  async #by(
    rows: Float32Array,
    signal: AbortSignal | undefined,
    record: (count: number) => readonly [Buffer, number],
  ): Promise<Float32Array> {
    const { width, m } = this;
    const { n } = this.equations;
    const all = rows.length / width;
    const found = new Float32Array(rows.length);
    for (let first = 0; first < all; first += MOST_ROWS) {
      const count = Math.min(MOST_ROWS, all - first);
      write(m, this.into, spread(rows.subarray(first * width, (first + count) * width), width, n, count));
      const [buffer, offset] = record(count);
      const [bytes] = await m.recorder.read([{ buffer, offset, bytes: count * n * 4 }], signal);
      const got = new Float32Array(bytes!);
      for (let r = 0; r < count; r++) found.set(got.subarray(r * n, r * n + width), (first + r) * width);
    }
    return found;
  }
}

const write = (m: Machine, buffer: Buffer, values: Float32Array<ArrayBuffer>) =>
  m.gpu.device.queue.writeBuffer(buffer.raw, 0, values);

/** Rows [count, width] as rows of n, the rest zeros. */
function spread(rows: Float32Array, width: number, n: number, count: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count * n);
  for (let r = 0; r < count; r++) out.set(rows.subarray(r * width, (r + 1) * width), r * n);
  return out;
}
