import { Dispatcher, type KernelChoice } from '../../src/engine/kernels/dispatcher';
import { linear, PRODUCTS, productKernels } from '../../src/engine/kernels/linear';
import type { Linear } from '../../src/engine/layout';
import { type BenchTop, WORD } from '../../src/engine/probe/bench-top';
import { bytesOf } from '../../src/formats/dtypes';
import { type Constants, type Kernel, Kernels } from '../../src/gpu/kernel';

/** What was done to make the tiled product quick, each with how the shader was before: to be measured without it. */
export const MENDS: readonly { readonly name: string; readonly before: (code: string) => string }[] = [
  {
    name: 'quads turned about, against bank conflicts',
    before: (code) =>
      code.replace(
        'return quad * 64u + (row & 7u) * 8u + (((row >> 3u) ^ row ^ (2u * quad)) & 7u);',
        'return quad * 64u + row;',
      ),
  },
  {
    name: 'chained multiply-adds',
    before: (code) =>
      code.replace(
        'return fma(a.w, w.w, fma(a.z, w.z, fma(a.y, w.y, fma(a.x, w.x, sum))));',
        'return sum + dot(a, w);',
      ),
  },
  { name: 'sums and weights written out', before: inArrays },
];

/** The tiled product with its sums and a quad's weights in arrays that loops index. */
function inArrays(code: string): string {
  const begin = code.indexOf('fn matmul_workgroup(');
  const end = code.indexOf('\n}\n', begin);
  const own = code
    .slice(begin, end)
    .replace(/( +var [lr]\d = vec4f\(\);\n)+/, '  var sums: array<vec4f, 16>;\n')
    .replace(
      / +let w0 = tile_w[\s\S]*r7 = into\(.*\n/,
      `      var w: array<vec4f, 8>;
      for (var i = 0u; i < 8u; i++) {
        w[i] = tile_w[slot(quad, local.x * 8u + i)];
      }
      for (var i = 0u; i < 16u; i++) {
        let a = tile_x[slot(quad, local.y * 8u + (i >> 1u))];
        let h = 4u * (i & 1u);
        sums[i] = into(sums[i], a, w[h], w[h + 1u], w[h + 2u], w[h + 3u]);
      }
`,
    )
    .replace(/ +var strips = .*\n/, '')
    .replaceAll('strips[', 'sums[');
  return code.slice(0, begin) + own + code.slice(end);
}

export interface MendRate {
  /** What is left out; nothing in the first. */
  readonly without?: string;
  /** GFLOP/s; a multiply-add is two. */
  readonly gflops: number;
}

/** The shader with one mend left out. */
export function without({ name, before }: (typeof MENDS)[number]): Kernel {
  const kernel = PRODUCTS.matmul_workgroup;
  const code = before(kernel.code);
  if (code === kernel.code) throw new Error(`linear.wgsl has no ${name}`);
  return { ...kernel, file: `${kernel.file} without ${name}`, code };
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
