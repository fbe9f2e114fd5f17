import { LopperError } from '../errors';
import type { Buffer, Gpu } from '../gpu/gpu';
import { Kernels } from '../gpu/kernel';
import { Recorder } from '../gpu/recorder';
import { Dispatcher, type KernelChoice, type Variant } from './kernels/dispatcher';
import { linear, productKernels, type Way } from './kernels/linear';
import { norm, normKernels } from './kernels/norm';
import type { Linear, Norm, Slots } from './layout';

export interface KernelRates {
  readonly choice: KernelChoice;
  /** GFLOP/s (two per multiply-add) of every way to multiply, by kernel name. */
  readonly gflops: Readonly<Record<string, number>>;
}

/** Shapes that stand for prefill and for decoding; small, since a software adapter takes a while over them. */
const MATMUL = { rows: 128, columns: 256, inputs: 256 };
const MATVEC = { rows: 1, columns: 1024, inputs: 512 };

/** The least that goes through a matmul: enough to have its kernel compiled. */
const LEAST = { rows: 4, columns: 8 };

/** A measurement is trusted once it took this long. */
const ENOUGH_MS = 8;

/** A variant that runs this long is hopeless here and not run again. */
const HOPELESS_MS = 150;
const MOST_REPEATS = 256;
const TRIES = 3;

/**
 * GFLOP/s that any graphics chip exceeds. What is slower is a program on a processor, where threads that wait for each
 * other are dear (0.04 on Mesa's lavapipe, 1.5 without): what waits is not compiled there, which would take seconds, in
 * Firefox above all, and norms share no rows.
 */
const CHIP_GFLOPS = 4;

/** The type that most models' matrices are stored in, so that what is compiled to be measured is of use afterwards. */
const DTYPE = 'F16';

/** Measures every way to multiply on this adapter and takes the quickest: which it is cannot be told from its name. */
export async function chooseKernels(gpu: Gpu): Promise<KernelRates> {
  const recorder = new Recorder(gpu);
  const buffers: Buffer[] = [];
  const room = async (label: string, floats: number): Promise<Buffer> => {
    buffers.push(await gpu.allocate(`autotune ${label}`, floats * 4, 'activations'));
    return buffers[buffers.length - 1];
  };
  try {
    const x = await room('x', MATMUL.rows * MATMUL.inputs);
    const weights = await room('w', Math.max(MATMUL.columns * MATMUL.inputs, MATVEC.columns * MATVEC.inputs));
    const y = await room('y', Math.max(MATMUL.rows * MATMUL.columns, MATVEC.columns));
    const empty = await room('empty', 4);

    /**
     * Milliseconds of what is recorded: the best of a few, since other programs disturb a single one. `little` is the same
     * for hardly any work and goes first: many drivers compile a kernel where it is first run, and that is not its time.
     */
    const time = async (record: () => void, little: () => void): Promise<number> => {
      const run = async (repeats: number, record: () => void): Promise<number> => {
        const begin = performance.now();
        for (let i = 0; i < repeats; i++) record();
        await recorder.flush();
        await gpu.idle();
        return (performance.now() - begin) / repeats;
      };
      await run(1, little);
      let repeats = 1;
      let best = await run(repeats, record);
      if (best >= HOPELESS_MS) return best;
      while (best * repeats < ENOUGH_MS && repeats < MOST_REPEATS) {
        repeats *= 4;
        best = await run(repeats, record);
      }
      for (let i = 1; i < TRIES; i++) best = Math.min(best, await run(repeats, record));
      return best;
    };
    const prepared = async (
      choice: Partial<KernelChoice>,
      kernels: (d: Dispatcher) => readonly Variant[],
    ): Promise<Dispatcher> => {
      const any = { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 } as const;
      const d = new Dispatcher(recorder, Kernels.of(gpu), { ...any, ...choice }, empty);
      await d.ready(kernels(d));
      return d;
    };
    const gflops: Record<string, number> = {};
    const product = async (way: Way, choice: Partial<KernelChoice>, shape: typeof MATMUL): Promise<void> => {
      const { rows, columns, inputs } = shape;
      const d = await prepared(choice, () => productKernels(way, [{ dtype: DTYPE, epilogue: 'store' }]));
      const matrix = (outputs: number): Linear => {
        const parts = [{ buffer: weights, first: 0, outputs, dtype: DTYPE }] as const;
        return { parts, outputs, steps: inputs / 8, gated: false };
      };
      const [whole, least] = [matrix(columns), matrix(LEAST.columns)];
      const ms = await time(
        () => linear(d, x, rows, whole, 'store', y, columns),
        () => linear(d, x, Math.min(rows, LEAST.rows), least, 'store', y, columns),
      );
      gflops[way] = (2 * rows * columns * inputs) / ms / 1e6;
    };
    const normTime = async (threads: KernelChoice['threads']): Promise<number> => {
      const d = await prepared({ threads }, (d) => normKernels(d, false).slice(0, 1));
      const by: Norm = { layer: false, eps: 0, width: MATMUL.inputs, weight: weights };
      const from = (rows: number): Slots => ({ stream: x, slots: [0], rows });
      return time(
        () => norm(d, by, from(MATMUL.rows), y),
        () => norm(d, by, from(1), y),
      );
    };
    await product('matmul_register', { matmul: 'matmul_register' }, MATMUL);
    await product('matvec_register', { matvec: 'matvec_register' }, MATVEC);
    const isChip = gflops.matmul_register >= CHIP_GFLOPS;
    if (isChip) {
      // Where these do not compile there are still the others.
      await product('matmul_workgroup', { matmul: 'matmul_workgroup' }, MATMUL).catch(unlessRefused);
      await product('matvec_workgroup', { matvec: 'matvec_workgroup' }, MATVEC).catch(unlessRefused);
    }
    return {
      gflops,
      choice: {
        matmul: gflops.matmul_workgroup > gflops.matmul_register ? 'matmul_workgroup' : 'matmul_register',
        matvec: gflops.matvec_workgroup > gflops.matvec_register ? 'matvec_workgroup' : 'matvec_register',
        threads: !isChip || (await normTime(1)) < (await normTime(64)) ? 1 : 64,
      },
    };
  } finally {
    recorder.destroy();
    for (const b of buffers) gpu.free(b);
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof LopperError) || error.code !== 'shader-refused') throw error;
}
