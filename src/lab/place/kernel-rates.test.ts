import { expect, test } from 'vitest';
import type { KernelRates } from '../../engine/autotune';
import { memoryShelf } from '../../formats/memory-shelf';
import { readText, writeText } from '../../formats/shelf';
import type { AdapterFacts } from '../../gpu/gpu';
import { keepRates, recallRates } from './kernel-rates';

const facts = {
  vendor: 'acme',
  architecture: 'x/1',
  device: 'card-4060',
  description: 'a card (driver 2)',
  features: [] as string[],
} as unknown as AdapterFacts;
const rates: KernelRates = {
  choice: { matmul: 'matmul_workgroup', matvec: 'matvec_register', fewRows: 8, threads: 64 },
  gflops: { matmul_workgroup: 12.5 },
};
const days = (n: number) => Date.now() + n * 86_400_000;

test('what was measured on an adapter is known on the next visit, and not taken for another adapter, driver or type', async () => {
  const shelf = memoryShelf();
  await keepRates(shelf, facts, rates);
  expect(await recallRates(shelf, facts)).toEqual(rates);
  expect(await recallRates(shelf, { ...facts, description: 'a card (driver 3)' })).toBeUndefined();
  expect(await recallRates(shelf, { ...facts, features: ['shader-f16'] })).toBeUndefined();
  expect(await recallRates(shelf, facts, 'BF16')).toBeUndefined();
});

test('two cards of one generation under one driver have each their own', async () => {
  const shelf = memoryShelf();
  const other = { ...facts, device: 'card-4090' };
  await keepRates(shelf, facts, rates);
  expect(await recallRates(shelf, other)).toBeUndefined();
  await keepRates(shelf, other, { ...rates, gflops: { matmul_workgroup: 40 } });
  expect(await recallRates(shelf, facts)).toEqual(rates);
  expect((await recallRates(shelf, other))?.gflops).toEqual({ matmul_workgroup: 40 });
});

test('it ages, and is not believed by a clock that runs backwards', async () => {
  const shelf = memoryShelf();
  await keepRates(shelf, facts, rates);
  expect(await recallRates(shelf, facts, 'F16', days(29))).toEqual(rates);
  expect(await recallRates(shelf, facts, 'F16', days(31))).toBeUndefined();
  expect(await recallRates(shelf, facts, 'F16', days(-1))).toBeUndefined();
});

test('a damaged or foreign file, or one of other kernels, only means measuring again', async () => {
  const shelf = memoryShelf();
  await keepRates(shelf, facts, rates);
  const [name] = await shelf.names();
  const whole = JSON.parse((await readText(shelf, name!))!);
  const spoilt = [
    { ...whole, of: 'other kernels' },
    { ...whole, rates: { choice: { matmul: 'magic' }, gflops: {} } },
  ];
  for (const text of ['', '{', 'null', ...spoilt.map((s) => JSON.stringify(s))]) {
    await writeText(shelf, name!, text);
    expect(await recallRates(shelf, facts), text).toBeUndefined();
  }
});

test('where nothing can be kept nothing fails', async () => {
  await keepRates(undefined, facts, rates);
  expect(await recallRates(undefined, facts)).toBeUndefined();
});
