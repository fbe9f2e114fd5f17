import { expect, test } from 'vitest';
import { memoryShelf } from '../../formats/memory-shelf';
import { writeText } from '../../formats/shelf';
import type { AdapterFacts } from '../../gpu/gpu';
import { forgetProof, keepProof, recallProof } from './adapter-proof';

const facts = {
  vendor: 'acme',
  architecture: 'x/1',
  device: 'card-4060',
  description: 'a card (rev. 2)',
  software: false,
  features: ['shader-f16'],
  limits: { maxBufferSize: 1024 },
} as unknown as AdapterFacts;
const at = '2026-03-01T12:00:00.000Z';
const proof = {
  selfTest: { passed: true, cases: 6, worstError: 1e-6, milliseconds: 900, at },
  choices: ['one', 'another'],
};
const days = (n: number) => Date.parse(at) + n * 86_400_000;

test('a passed self-test counts on the next visit, on this adapter as it was', async () => {
  const shelf = memoryShelf();
  await keepProof(shelf, facts, proof);
  expect(await recallProof(shelf, facts, days(1))).toEqual(proof);
  expect(await recallProof(shelf, { ...facts, description: 'another' }, days(1))).toBeUndefined();
  expect(await recallProof(shelf, { ...facts, features: [] }, days(1))).toBeUndefined();
});

test('two cards of one generation under one driver prove themselves each, and neither forgets the other', async () => {
  const shelf = memoryShelf();
  const other = { ...facts, device: 'card-4090' };
  await keepProof(shelf, facts, proof);
  expect(await recallProof(shelf, other, days(1))).toBeUndefined();
  await keepProof(shelf, other, { ...proof, selfTest: { ...proof.selfTest, cases: 12 } });
  expect((await recallProof(shelf, facts, days(1)))?.selfTest.cases).toBe(6);
  expect((await recallProof(shelf, other, days(1)))?.selfTest.cases).toBe(12);
});

test('after two weeks, or by a clock that runs backwards, it is proved again', async () => {
  const shelf = memoryShelf();
  await keepProof(shelf, facts, proof);
  expect(await recallProof(shelf, facts, days(14))).toBeUndefined();
  expect(await recallProof(shelf, facts, days(-1))).toBeUndefined();
});

test('an adapter that failed since has to prove itself again', async () => {
  const shelf = memoryShelf();
  await keepProof(shelf, facts, proof);
  await forgetProof(shelf, facts);
  expect(await recallProof(shelf, facts, days(1))).toBeUndefined();
  await forgetProof(shelf, facts);
  await forgetProof(undefined, facts);
});

test('a damaged file, one of other kernels or one that tells of a failure proves nothing', async () => {
  const failed = JSON.stringify({ of: 'x', ...proof, selfTest: { ...proof.selfTest, passed: false } });
  for (const text of ['', '{', 'null', failed, JSON.stringify({ of: 'other kernels', ...proof })]) {
    const shelf = memoryShelf();
    await keepProof(shelf, facts, proof);
    await writeText(shelf, (await shelf.names())[0]!, text);
    expect(await recallProof(shelf, facts, days(1)), text).toBeUndefined();
  }
  expect(await recallProof(undefined, facts)).toBeUndefined();
});
