import type { Gpu } from '../gpu/gpu';
import { Kernels, type Pipeline } from '../gpu/kernel';
import { Recorder } from '../gpu/recorder';
import { groupsOf } from './dispatcher';
import { type KernelChoice, rowSharing } from './pipelines';
import { KERNELS } from './shaders';

export interface KernelRates {
  readonly choice: KernelChoice;
  /** GFLOP/s (two per multiply-add) of every way to multiply, by kernel name. */
  readonly gflops: Readonly<Record<string, number>>;
}

/** Shapes that stand for prefill and for decoding; small, since a software adapter takes a while over them. */
const MATMUL = { rows: 128, columns: 256, inputs: 256 };
const MATVEC = { rows: 1, columns: 1024, inputs: 512 };

/** A measurement is trusted once it took this long. */
const ENOUGH_MS = 8;

/** A first run this long is no matter of compiling any more: the variant is hopeless here and not run again. */
const HOPELESS_MS = 150;
const MOST_REPEATS = 256;
const TRIES = 3;

/** Measures every way to multiply on this adapter and takes the quickest: which it is cannot be told from its name. */
export async function chooseKernels(gpu: Gpu): Promise<KernelRates> {
  const kernels = Kernels.of(gpu);
  const recorder = new Recorder(gpu);
  const { rows, columns, inputs } = MATMUL;
  const buffers = await Promise.all(
    [
      ['x', rows * inputs * 4],
      ['w', Math.max(columns * inputs, MATVEC.columns * MATVEC.inputs) * 4],
      ['bias', 16],
      ['y', Math.max(rows * columns, MATVEC.columns) * 4],
    ].map(([label, bytes]) => gpu.allocate(`autotune ${label}`, bytes as number, 'activations')),
  );
  try {
    /** Milliseconds of one run: the best of a few, since other programs disturb a single one. */
    const time = async (
      pipeline: Pipeline,
      parameters: ArrayBuffer,
      groups: readonly [number, number],
      work: number,
      given = buffers,
    ): Promise<number> => {
      const run = async (repeats: number): Promise<number> => {
        const begin = performance.now();
        for (let i = 0; i < repeats; i++) recorder.dispatch(pipeline, parameters, given, groups, work);
        await recorder.flush();
        await gpu.device.queue.onSubmittedWorkDone();
        return (performance.now() - begin) / repeats;
      };
      const first = await run(1); // compiles the kernel on some drivers
      if (first >= HOPELESS_MS) return first;
      let repeats = 1;
      let best = await run(repeats);
      while (best * repeats < ENOUGH_MS && repeats < MOST_REPEATS) {
        repeats *= 4;
        best = await run(repeats);
      }
      for (let i = 1; i < TRIES; i++) best = Math.min(best, await run(repeats));
      return best;
    };
    const gflops: Record<string, number> = {};
    const product = async (
      name: KernelChoice['matmul'] | KernelChoice['matvec'],
      shape: typeof MATMUL,
    ): Promise<void> => {
      const pipeline = await kernels.get(KERNELS[name], { DTYPE: 0, EPILOGUE: 0 });
      const p = new Uint32Array([
        shape.rows,
        0,
        shape.inputs / 8,
        shape.columns,
        0,
        0,
        0,
        shape.columns,
        0,
        0,
        0,
        0,
        1,
      ]);
      const work = shape.rows * shape.columns * shape.inputs;
      gflops[name] =
        (2 * work) / (await time(pipeline, p.buffer, groupsOf(name, shape.rows, shape.columns), work)) / 1e6;
    };
    const norm = async (threads: KernelChoice['threads']): Promise<number> => {
      const sharing = rowSharing(threads);
      const pipeline = await kernels.get(KERNELS.norm, { ...sharing, LAYER_NORM: 0, GATHER: 0 });
      const p = new Uint32Array([rows, inputs, inputs, rows, rows, 0, 0, 0]);
      const [x, w, bias, y] = buffers;
      return time(pipeline, p.buffer, [rows / sharing.ROWS, 1], rows * inputs, [x, w, bias, bias, y]);
    };
    await product('matmul_register', MATMUL);
    await product('matmul_workgroup', MATMUL);
    await product('matvec_register', MATVEC);
    await product('matvec_workgroup', MATVEC);
    return {
      gflops,
      choice: {
        matmul: gflops.matmul_workgroup > gflops.matmul_register ? 'matmul_workgroup' : 'matmul_register',
        matvec: gflops.matvec_workgroup > gflops.matvec_register ? 'matvec_workgroup' : 'matvec_register',
        threads: (await norm(1)) < (await norm(64)) ? 1 : 64,
      },
    };
  } finally {
    recorder.destroy();
    for (const b of buffers) gpu.free(b);
  }
}
