import type { KernelChoice } from '../../src/engine/kernels/dispatcher';
import { forced, PRODUCTS, type Way } from '../../src/engine/kernels/linear';
import type { BenchTop } from '../../src/engine/probe/bench-top';
import { measureProducts, type ProductRate } from '../../src/engine/probe/products';

/** From one text being written to a prompt being read, about where one way gives way to another. */
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const SHAPE = { inputs: 2048, outputs: 2048 };

/** What a processor multiplies in a moment, by the ways that wait for nothing. */
const SOFTWARE_SHAPE = { inputs: 512, outputs: 512 };

/** The rates of every way to multiply, by type and rows. */
export async function measureWays(top: BenchTop, choice: KernelChoice): Promise<ProductRate[]> {
  const { software } = top.gpu.facts;
  const rates: ProductRate[] = [];
  for (const way of Object.keys(PRODUCTS) as Way[]) {
    if (software && !way.endsWith('_register')) continue;
    const own = { ...choice, smallRows: 0, ...forced(way) };
    rates.push(...(await measureProducts(top, own, ['F32', 'F16', 'BF16'], ROWS, software ? SOFTWARE_SHAPE : SHAPE)));
  }
  return rates;
}
