import { expect, test } from 'vitest';
import type { KernelRates } from '../../engine/autotune';
import { memoryShelf } from '../../formats/memory-shelf';
import { writeText } from '../../formats/shelf';
import type { AdapterFacts } from '../../gpu/gpu';
import { keepRates, recallRates } from './kernel-rates';

const facts = { vendor: 'acme', architecture: 'x/1', description: 'a card (rev. 2)' } as AdapterFacts;
const rates: KernelRates = {
  choice: { matmul: 'matmul_workgroup', matvec: 'matvec_register', threads: 64 },
  gflops: { matmul_workgroup: 12.5 },
};

test('what was measured on an adapter is known on the next visit, and not taken for another adapter', async () => {
  const shelf = memoryShelf();
  await keepRates(shelf, facts, rates);
  expect(await recallRates(shelf, facts)).toEqual(rates);
  expect(await recallRates(shelf, { ...facts, description: 'another' })).toBeUndefined();
});

test('a damaged or foreign file only means measuring again', async () => {
  for (const text of ['', '{', 'null', '{"choice":{"matmul":"magic"},"gflops":{}}']) {
    const shelf = memoryShelf();
    await keepRates(shelf, facts, rates);
    const [name] = await shelf.names();
    await writeText(shelf, name, text);
    expect(await recallRates(shelf, facts), text).toBeUndefined();
  }
});

test('where nothing can be kept nothing fails', async () => {
  await keepRates(undefined, facts, rates);
  expect(await recallRates(undefined, facts)).toBeUndefined();
});
