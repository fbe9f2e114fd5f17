import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256 } from './sha256';
import { expectFailure, sourceOf } from './testing';

it('agrees with a reference at every length around the block boundaries, and over several pieces', async () => {
  const lengths = [...Array(200).keys(), 4 * 2 ** 20, 4 * 2 ** 20 + 1, 9_000_001];
  for (const length of lengths) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
    expect(await sha256(sourceOf(bytes)), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

it('stops when cancelled', () =>
  expectFailure(sha256(sourceOf(new Uint8Array(1000)), AbortSignal.abort()), 'cancelled'));
