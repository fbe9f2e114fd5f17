import { widen } from '../../formats/dtypes';
import { fewRowKernels, forced, linear, productKernels, type Way } from '../kernels/linear';
import type { Linear } from '../layout';
import type { BenchTop } from './bench-top';

/** What becomes of half floats as they are read: all exact; the smallest count as zero, as WGSL allows; or worse. */
export type Halves = 'exact' | 'smallest are zero' | 'wrong';

const COUNT = 65_536;
const LEAST_NORMAL = 2 ** -14;

/** Multiplies one by every half float there is, so many `times`: four make more workgroups of four than a grid has on a side. */
export async function checkHalves(top: BenchTop, way: Way = 'matmul_register', times = 1): Promise<Halves> {
  const outputs = times * COUNT + 4;
  const choice = { matmul: 'matmul_register', matvec: 'matvec_register', fewRows: 1, threads: 1 } as const;
  const d = await top.dispatcher({ ...choice, ...forced(way) });
  const kinds = [{ dtype: 'F16', epilogue: 'store' }] as const;
  await d.ready(way.startsWith('matvec') ? fewRowKernels(d, kinds) : productKernels(d, way, kinds));
  const rows = new Uint16Array(8 * outputs);
  for (let i = 0; i < outputs; i++) rows[8 * i] = i; // the lower sixteen bits
  const buffer = await top.buffer('halves', rows.byteLength);
  top.gpu.device.queue.writeBuffer(buffer.raw, 0, rows);
  const one = await top.buffer('one', 32);
  top.gpu.device.queue.writeBuffer(one.raw, 0, Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  const out = await top.buffer('widened', outputs * 4);
  const parts = [{ buffer, first: 0, outputs, dtype: 'F16' as const }];
  const w: Linear = { parts, outputs, steps: 1, gated: false };
  linear(d, one, 1, w, 'store', out, outputs);
  const [bytes] = await top.recorder.read([{ buffer: out, offset: 0, bytes: outputs * 4 }], top.signal);
  top.clear();
  return judgeHalves(new Float32Array(bytes));
}

/** What the adapter made of half floats, whose bits are the lower sixteen of each one's place. */
export function judgeHalves(got: Float32Array): Halves {
  const want = widen(new Uint8Array(Uint16Array.from({ length: COUNT }, (_, i) => i).buffer), 'F16');
  let isExact = true;
  for (let i = 0; i < got.length; i++) {
    const value = want[i % COUNT]!;
    if (Number.isFinite(value) ? got[i] === value : !Number.isFinite(got[i])) continue;
    if (got[i] !== 0 || !(Math.abs(value) < LEAST_NORMAL)) return 'wrong';
    isExact = false;
  }
  return isExact ? 'exact' : 'smallest are zero';
}
