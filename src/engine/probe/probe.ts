/** What this adapter can do, measured: the figures by which all that runs on it can be judged. */
import type { Dtype } from '../../formats/dtypes';
import type { Gpu } from '../../gpu/gpu';
import type { KernelRates } from '../autotune';
import { type AttentionRate, measureAttention } from './attention';
import { type CallCosts, type MemoryRates, measureCalls, measureMemory, measurePeak } from './basics';
import { BenchTop } from './bench-top';
import { checkHalves, type Halves } from './halves';
import { measureProducts, type ProductRate } from './products';

export interface ProbeReport {
  /** Best multiply-add rate in registers, GFLOP/s; a multiply-add is two. */
  readonly peak: number;
  readonly halves: Halves;
  readonly memory: MemoryRates;
  readonly calls: CallCosts;
  readonly products: readonly ProductRate[];
  readonly attention: readonly AttentionRate[];
}

/** A feed-forward product of a model of about 1 B parameters, and rows from one text being written to a prompt being read. */
const SHAPE = { inputs: 2048, outputs: 8192 };

/** What a processor multiplies in a moment. */
const SOFTWARE_SHAPE = { inputs: 512, outputs: 512 };
const ROWS = [1, 2, 4, 8, 16, 32, 64, 512];
const SOFTWARE_ROWS = [1, 4, 16, 64];
const DTYPES: readonly Dtype[] = ['F32', 'F16', 'BF16'];
/** Rows and keys: a prompt being read, and a step of a long text being written. */
const ATTENTION = (software: boolean) => [software ? [128, 128] : [512, 512], [1, 2048]] as const;

/** Measures for some seconds, smaller things where a processor computes. Throws what the device throws, and `cancelled`. */
export async function probe(
  gpu: Gpu,
  { choice }: KernelRates,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (fraction: number) => void } = {},
): Promise<ProbeReport> {
  const top = new BenchTop(gpu, signal);
  const { software } = gpu.facts;
  const attended = ATTENTION(software);
  const rows = software ? SOFTWARE_ROWS : ROWS;
  const steps = 4 + DTYPES.length * rows.length + attended.length;
  let done = 0;
  const step = () => onProgress?.(++done / steps);
  const then = <T>(measured: T): T => {
    step();
    return measured;
  };
  try {
    const peak = then(await measurePeak(top));
    const halves = then(await checkHalves(top));
    const memory = then(await measureMemory(top));
    const calls = then(await measureCalls(top));
    const products = await measureProducts(top, choice, DTYPES, rows, software ? SOFTWARE_SHAPE : SHAPE, step);
    const attention: AttentionRate[] = [];
    for (const [rows, keys] of attended) attention.push(then(await measureAttention(top, choice, rows, keys)));
    return { peak, halves, memory, calls, products, attention };
  } finally {
    top.close();
  }
}
