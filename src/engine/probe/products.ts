import { bytesOf, type Dtype } from '../../formats/dtypes';
import { widenedBytes, widenKernels } from '../kernels/blocks';
import type { KernelChoice } from '../kernels/dispatcher';
import { fewRowKernels, kernelOf, linear, manyRowKernels } from '../kernels/linear';
import type { Linear } from '../layout';
import { LARGE } from './basics';
import { type BenchTop, WORD } from './bench-top';

export interface ProductRate {
  readonly dtype: Dtype;
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  /** The kernel that multiplied. */
  readonly kernel: string;
  readonly ms: number;
  /** GFLOP/s; a multiply-add is two. */
  readonly gflops: number;
  /** GB/s of weights, as though each was read once. */
  readonly weightRate: number;
}

export interface ProductShape {
  readonly inputs: number;
  readonly outputs: number;
}

/** A product this slow is the last of its type: more rows would take longer still. */
const SLOW_MS = 250;

/**
 * The rates of products of a matrix with so many rows, fewest first, in each type; slow ones end a type's list. On a card
 * as many matrices take turns as fill no cache, as a model's do: of one alone every run but the first would read the cache.
 */
export async function measureProducts(
  top: BenchTop,
  choice: KernelChoice,
  dtypes: readonly Dtype[],
  rowCounts: readonly number[],
  { inputs, outputs }: ProductShape,
  onEach: () => void = () => {},
): Promise<ProductRate[]> {
  const rates: ProductRate[] = [];
  for (const dtype of dtypes) {
    const d = await top.dispatcher(choice, widenedBytes(dtype, inputs * outputs));
    const kinds = [{ dtype, epilogue: 'store' }] as const;
    await d.ready([...widenKernels([dtype]), ...manyRowKernels(d, kinds), ...fewRowKernels(d, kinds)]);
    const bytes = bytesOf(dtype, inputs * outputs);
    const turns = top.gpu.facts.software ? 1 : Math.ceil(LARGE / bytes);
    const matrices: Linear[] = [];
    for (let i = 0; i < turns; i++) {
      const buffer = await top.filled(`weights ${i}`, bytes, WORD);
      matrices.push({
        parts: [{ buffer, first: 0, outputs, dtype }],
        ...{ outputs, steps: inputs / 8, gated: false },
      });
    }
    const most = Math.max(...rowCounts);
    const x = await top.filled('x', most * inputs * 4, WORD);
    const out = await top.buffer('out', most * outputs * 4);
    let turn = 0;
    let isSlow = false;
    for (const rows of rowCounts) {
      if (!isSlow) {
        const ms = await top.time(() => linear(d, x, rows, matrices[turn++ % turns]!, 'store', out, outputs));
        const gflops = (2 * rows * inputs * outputs) / ms / 1e6;
        const kernel = kernelOf(d, rows, kinds[0], inputs / 8);
        rates.push({ dtype, rows, inputs, outputs, kernel, ms, gflops, weightRate: bytes / ms / 1e6 });
        isSlow = ms > SLOW_MS;
      }
      onEach();
    }
    top.clear();
  }
  return rates;
}
