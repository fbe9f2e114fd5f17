import { widen } from '../../formats/dtypes';
import { fewRowKernels, forced, linear, productKernels, type Way } from '../kernels/linear';
import type { Linear } from '../layout';
import type { BenchTop } from './bench-top';

/** What becomes of half floats as they are read: all exact; the smallest count as zero, as WGSL allows; or worse. */
export type Halves = 'exact' | 'smallest are zero' | 'wrong';

const COUNT = 65_536;
const LEAST_NORMAL = 2 ** -14;

/** Halves to a row of weights, each met by a row of x that is one there and zero elsewhere: what is no number is among its like. */
const WIDTH = 8;

/** Multiplies one by every half float there is, so many `times`: 32 make more workgroups of four than a grid has on a side. */
export async function checkHalves(top: BenchTop, way: Way = 'matmul_register', times = 1): Promise<Halves> {
  const outputs = (times * COUNT) / WIDTH + 4;
  const choice = { matmul: 'matmul_register', matvec: 'matvec_register', fewRows: 1, threads: 1 } as const;
  const d = await top.dispatcher({ ...choice, ...forced(way, { together: WIDTH }) });
  const kinds = [{ dtype: 'F16', epilogue: 'store' }] as const;
  await d.ready(way.startsWith('matvec') ? fewRowKernels(d, kinds) : productKernels(d, way, kinds));
  const halves = Uint16Array.from({ length: WIDTH * outputs }, (_, i) => i); // the lower sixteen bits
  const buffer = await top.buffer('halves', halves.byteLength);
  const x = await top.buffer('ones', WIDTH * WIDTH * 4);
  const out = await top.buffer('widened', WIDTH * outputs * 4);
  const ones = Float32Array.from({ length: WIDTH * WIDTH }, (_, i) => (i % (WIDTH + 1) === 0 ? 1 : 0));
  top.gpu.device.queue.writeBuffer(buffer.raw, 0, halves);
  top.gpu.device.queue.writeBuffer(x.raw, 0, ones);
  const parts = [{ buffer, first: 0, outputs, dtype: 'F16' as const }];
  const w: Linear = { parts, outputs, steps: WIDTH / 8, gated: false };
  linear(d, x, WIDTH, w, 'store', out, outputs);
  const [bytes] = await top.recorder.read([{ buffer: out, offset: 0, bytes: WIDTH * outputs * 4 }], top.signal);
  top.clear();
  const rows = new Float32Array(bytes);
  return judgeHalves(rows.map((_, i) => rows[(i % WIDTH) * outputs + Math.floor(i / WIDTH)]!));
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
