import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { officialSetOf, officialSets, pageOf } from './official';
import { tasks } from './tasks';
import { shared } from './testing';

test('every official set is asked by tasks that exist, each by one set only', () => {
  const asking = officialSets.flatMap((set) => set.tasks);
  expect(new Set(asking).size).toBe(asking.length);
  for (const name of asking) expect(tasks.map((t) => t.name)).toContain(name);
});

test('pins are whole commits and whole hashes', () => {
  for (const { title, revision, items, fewshot } of officialSets) {
    if (revision !== undefined) expect(revision, title).toMatch(/^[0-9a-f]{40}$/);
    for (const { sha256, bytes, path } of [items, ...(fewshot ? [fewshot] : [])]) {
      if (sha256 !== undefined) expect(sha256, path).toMatch(/^[0-9a-f]{64}$/);
      if (bytes !== undefined) expect(bytes, path).toBeGreaterThan(1000);
    }
  }
});

test('GSM8K is pinned to the files themselves', (context) => {
  const set = officialSetOf('gsm8k')!;
  for (const [file, name] of [
    [set.items, 'test.jsonl'],
    [set.fewshot!, 'train.jsonl'],
  ] as const) {
    const text = shared(`benchmarks/gsm8k/${name}`, context);
    expect(file.path.endsWith(name)).toBe(true);
    expect([file.bytes, file.sha256]).toEqual([
      Buffer.byteLength(text),
      createHash('sha256').update(text).digest('hex'),
    ]);
  }
});

test('one of MMLU’s subjects asks MMLU, and what was written for this project asks nothing official', () => {
  expect(officialSetOf('mmlu_abstract_algebra')?.tasks[0]).toBe('mmlu');
  expect(officialSetOf('truthfulqa_mc2')?.tasks[0]).toBe('truthfulqa_mc1');
  for (const name of ['mmlu-lopper', 'gsm8k-lopper', 'school', 'perplexity'])
    expect(officialSetOf(name)).toBeUndefined();
  expect(pageOf(officialSetOf('gsm8k')!)).toBe('https://github.com/openai/grade-school-math');
});
