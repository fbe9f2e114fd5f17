import { widen } from '../../formats/dtypes';
import { linear, productKernels } from '../kernels/linear';
import type { Linear } from '../layout';
import type { BenchTop } from './bench-top';

/** What becomes of half floats as they are read: all exact; the smallest count as zero, as WGSL allows; or worse. */
export type Halves = 'exact' | 'smallest are zero' | 'wrong';

const COUNT = 65_536;
const LEAST_NORMAL = 2 ** -14;

/** Multiplies one by every half float there is. */
export async function checkHalves(top: BenchTop): Promise<Halves> {
  const way = 'matmul_register';
  const d = await top.dispatcher({ matmul: way, matvec: 'matvec_register', fewRows: 1, threads: 1 });
  await d.ready(productKernels(d, way, [{ dtype: 'F16', epilogue: 'store' }]));
  const patterns = Uint16Array.from({ length: COUNT }, (_, i) => i);
  const rows = new Uint16Array(8 * COUNT);
  for (const bits of patterns) rows[8 * bits] = bits;
  const buffer = await top.buffer('halves', rows.byteLength);
  top.gpu.device.queue.writeBuffer(buffer.raw, 0, rows);
  const one = await top.buffer('one', 32);
  top.gpu.device.queue.writeBuffer(one.raw, 0, Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  const out = await top.buffer('widened', COUNT * 4);
  const parts = [{ buffer, first: 0, outputs: COUNT, dtype: 'F16' as const }];
  const w: Linear = { parts, outputs: COUNT, steps: 1, gated: false };
  linear(d, one, 1, w, 'store', out, COUNT);
  const [bytes] = await top.recorder.read([{ buffer: out, offset: 0, bytes: COUNT * 4 }], top.signal);
  top.clear();
  return judgeHalves(new Float32Array(bytes));
}

/** What the adapter made of each half float, by its bits. */
export function judgeHalves(got: Float32Array): Halves {
  const want = widen(new Uint8Array(Uint16Array.from({ length: COUNT }, (_, i) => i).buffer), 'F16');
  let isExact = true;
  for (const [i, value] of want.entries()) {
    if (Number.isFinite(value) ? got[i] === value : !Number.isFinite(got[i])) continue;
    if (got[i] !== 0 || !(Math.abs(value) < LEAST_NORMAL)) return 'wrong';
    isExact = false;
  }
  return isExact ? 'exact' : 'smallest are zero';
}
