import { expect, test } from 'vitest';
import { PythonRandom, pythonSample } from './python-random';
import { sharedJson } from './testing';

interface Golden {
  generator: { seed: number; random: number[]; getrandbits_32: number[]; getrandbits_mixed: number[] }[];
  samples: { seed: number; n: number; k: number; calls: number[][] }[];
  fewshot_streams: { train_documents: number; drawn: number; doc_index: number; fewshot_indices: number[] }[];
}

const MIXED_BITS = [1, 3, 9, 16, 31, 32, 33, 64, 5];

test('numbers come as CPython gives them', (context) => {
  const { generator } = sharedJson<Golden>('benchmarks/requests/python_random.json', context);
  for (const g of generator) {
    const [floats, words, mixed] = [g.seed, g.seed, g.seed].map((seed) => new PythonRandom(seed));
    for (const wanted of g.random) expect(floats!.random()).toBe(wanted);
    for (const wanted of g.getrandbits_32) expect(words!.getRandBits(32)).toBe(BigInt(wanted));
    // JSON's numbers hold 53 bits of the longest.
    for (const [i, wanted] of g.getrandbits_mixed.entries()) {
      expect(Number(mixed!.getRandBits(MIXED_BITS[i]!))).toBe(wanted);
    }
  }
});

test('samples are those of CPython, on both sides of its change of method', (context) => {
  const { samples } = sharedJson<Golden>('benchmarks/requests/python_random.json', context);
  for (const { seed, n, k, calls } of samples) {
    const random = new PythonRandom(seed);
    for (const wanted of calls) expect(random.sample(n, k)).toEqual(wanted);
  }
  expect(samples.length).toBeGreaterThan(20);
});

test('the field’s few-shot draws go on from item to item', (context) => {
  const { fewshot_streams } = sharedJson<Golden>('benchmarks/requests/python_random.json', context);
  for (const { train_documents, drawn, doc_index, fewshot_indices } of fewshot_streams) {
    const random = new PythonRandom(1234);
    for (let i = 0; i < doc_index; i++) random.sample(train_documents, drawn);
    expect(random.sample(train_documents, drawn).slice(0, fewshot_indices.length)).toEqual(fewshot_indices);
  }
});

test('a well-known draw', () => {
  // random.Random(1234).sample(range(285), 5) in CPython 3.11.
  expect(pythonSample(1234, 285, 5)).toEqual([225, 59, 3, 46, 17]);
});
