import { expect, it } from 'vitest';
import { provenanceLine, sourceLines } from './provenance';

const shipped = { kind: 'shipped', adapter: 'mesa llvmpipe', version: '0.1.0' } as const;
const from = { model: 'Sapling', text: 'stories', tokens: 3072, seed: 1, origin: shipped, notes: ['48 permutations'] };

it('says under a chart by whom, of what version and on what text, and leaves the adapter to be pointed at', () => {
  expect(provenanceLine(from)).toBe(
    'Measured beforehand by us, version 0.1.0. Sapling · stories, 3,072 tokens · seed 1 · 48 permutations',
  );
});

it('says all of it at the head of a file', () => {
  expect(sourceLines('Shares', from, 'Lopper 0.1.0, 2026-11-29')).toEqual([
    'Shares',
    'source: Measured beforehand by us, version 0.1.0, on mesa llvmpipe',
    'model: Sapling',
    'text: stories, 3,072 tokens',
    'note: seed 1',
    'note: 48 permutations',
    'saved: Lopper 0.1.0, 2026-11-29',
  ]);
});
