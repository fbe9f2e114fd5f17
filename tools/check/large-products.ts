import { forced, linear, productKernels, type Way } from '../../src/engine/kernels/linear';
import type { Linear } from '../../src/engine/layout';
import type { BenchTop } from '../../src/engine/probe/bench-top';
import type { Dtype } from '../../src/formats/dtypes';
import { bytesOf, widen } from '../../src/formats/dtypes';
import { seeded } from '../../src/random';

export interface ProductCheck {
  readonly way: Way;
  readonly dtype: Dtype;
  readonly rows: number;
  /** Largest error of an output, of what rounding in f32 can come to: below 1 is right. */
  readonly error: number;
  /** All runs gave the same bits. */
  readonly steady: boolean;
}

const SAMPLES = 256;

/** Runs a product several times and holds some of its outputs against a sum in double precision. */
export async function checkProduct(
  top: BenchTop,
  way: Way,
  dtype: Dtype,
  { rows, inputs, outputs }: { readonly rows: number; readonly inputs: number; readonly outputs: number },
  runs: number,
): Promise<ProductCheck> {
  const any = { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 } as const;
  const d = await top.dispatcher({ ...any, ...forced(way) });
  await d.ready(productKernels(d, way, [{ dtype, epilogue: 'store' }]));
  const random = seeded(rows);
  const x = Float32Array.from({ length: rows * inputs }, () => random() - 0.5);
  // 16-bit patterns below 1 in size, whatever the type makes of them.
  const raw = new Uint16Array(bytesOf(dtype, inputs * outputs) / 2).map(() => {
    const sign = random() < 0.5 ? 0x8000 : 0;
    return sign | (0x3800 + Math.floor(random() * 0x200));
  });
  const weights = new Uint8Array(raw.buffer);
  const w = widen(weights, dtype);
  const [xs, ws] = [await top.buffer('x', x.byteLength), await top.buffer('w', weights.byteLength)];
  const out = await top.buffer('out', rows * outputs * 4);
  const { queue } = top.gpu.device;
  queue.writeBuffer(xs.raw, 0, x);
  queue.writeBuffer(ws.raw, 0, weights);
  const matrix: Linear = {
    parts: [{ buffer: ws, first: 0, outputs, dtype }],
    ...{ outputs, steps: inputs / 8, gated: false },
  };
  let [error, steady] = [0, true];
  let first: Uint32Array | undefined;
  for (let run = 0; run < runs; run++) {
    // What an earlier run has left must not pass for this one's result.
    queue.writeBuffer(out.raw, 0, new Uint32Array(rows * outputs).fill(0x7fc00000));
    linear(d, xs, rows, matrix, 'store', out, outputs);
    const [bytes] = await top.recorder.read([{ buffer: out, offset: 0, bytes: rows * outputs * 4 }]);
    const bits = new Uint32Array(bytes!);
    steady &&= first === undefined || bits.every((b, i) => b === first![i]);
    if (first) continue;
    first = bits;
    const got = new Float32Array(bytes!);
    for (let s = 0; s < SAMPLES; s++) {
      const [row, column] = [Math.floor(random() * rows), Math.floor(random() * outputs)];
      let [sum, size] = [0, 0];
      for (let k = 0; k < inputs; k++) {
        const term = x[row * inputs + k]! * w[column * inputs + k]!;
        sum += term;
        size += Math.abs(term);
      }
      const off = Math.abs(got[row * outputs + column]! - sum) / (size * 2 ** -24 * Math.sqrt(inputs));
      error = Math.max(error, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
    }
  }
  top.clear();
  return { way, dtype, rows, error, steady };
}
