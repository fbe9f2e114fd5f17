import { expect, it } from 'vitest';
import { sharedGpu } from '../testing/gpu';
import { BenchTop } from './bench-top';
import { checkHalves } from './halves';

it('half floats are read exactly, 65,504 among them, but that the smallest may count as zero', async () => {
  const top = new BenchTop(await sharedGpu());
  expect(['exact', 'smallest are zero']).toContain(await checkHalves(top));
  top.close();
});
