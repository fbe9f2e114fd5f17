import { Dispatcher, type KernelChoice } from '../../src/engine/kernels/dispatcher';
import { linear, PRODUCTS, productKernels } from '../../src/engine/kernels/linear';
import type { Linear } from '../../src/engine/layout';
import { type BenchTop, WORD } from '../../src/engine/probe/bench-top';
import { bytesOf } from '../../src/formats/dtypes';
import { type Constants, type Kernel, Kernels } from '../../src/gpu/kernel';

/** What was done to make the tiled product quick, each with how the shader was before: to be measured without it. */
export const MENDS: readonly { readonly name: string; readonly now: string; readonly before: string }[] = [
  {
    name: 'quads turned about, against bank conflicts',
    now: 'return quad * 64u + (row & 7u) * 8u + (((row >> 3u) ^ row ^ (2u * quad)) & 7u);',
    before: 'return quad * 64u + row;',
  },
  {
    name: 'chained multiply-adds',
    now: 'return fma(a.w, w.w, fma(a.z, w.z, fma(a.y, w.y, fma(a.x, w.x, sum))));',
    before: 'return sum + dot(a, w);',
  },
];

export interface MendRate {
  /** What is left out; nothing in the first. */
  readonly without?: string;
  /** GFLOP/s; a multiply-add is two. */
  readonly gflops: number;
}

/** The shader with one mend left out. */
export function without({ name, now, before }: (typeof MENDS)[number]): Kernel {
  const kernel = PRODUCTS.matmul_workgroup;
  if (!kernel.code.includes(now)) throw new Error(`linear.wgsl has no ${name}`);
  return { ...kernel, file: `${kernel.file} without ${name}`, code: kernel.code.replace(now, () => before) };
}

/** The tiled product of many rows as it is, and without each of its mends, in turns. */
export async function measureMends(
  top: BenchTop,
  { rows, inputs, outputs }: { readonly rows: number; readonly inputs: number; readonly outputs: number },
): Promise<MendRate[]> {
  const dtype = 'F16';
  const choice: KernelChoice = {
    ...{ matmul: 'matmul_workgroup', matvec: 'matvec_register', fewRows: 1, threads: 1 },
  };
  const buffer = await top.filled('weights', bytesOf(dtype, inputs * outputs), WORD);
  const x = await top.filled('x', rows * inputs * 4, WORD);
  const out = await top.buffer('out', rows * outputs * 4);
  const empty = await top.buffer('empty', 16);
  const w: Linear = {
    parts: [{ buffer, first: 0, outputs, dtype }],
    ...{ outputs, steps: inputs / 8, gated: false },
  };
  const kernels = Kernels.of(top.gpu);
  const records: (() => void)[] = [];
  for (const mend of [undefined, ...MENDS]) {
    // The same product, but for the shader that is compiled.
    const get = (kernel: Kernel, constants: Constants) => kernels.get(mend ? without(mend) : kernel, constants);
    const d = new Dispatcher(top.recorder, { get, gpu: top.gpu } as Kernels, choice, empty);
    await d.ready(productKernels(d, 'matmul_workgroup', [{ dtype, epilogue: 'store' }]));
    records.push(() => linear(d, x, rows, w, 'store', out, outputs));
  }
  const times = await top.race(records);
  top.clear();
  return times.map((ms, i) => ({ without: MENDS[i - 1]?.name, gflops: (2 * rows * inputs * outputs) / ms / 1e6 }));
}
