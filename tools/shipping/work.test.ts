import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KeptWork } from './work';

it('keeps what has a name too long for a file, and tells it from its like', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lopper-work-'));
  const [one, other] = ['attn:1', 'attn:2'].map((last) => `${'attn:1,2,3,4,5,6,7,8,9 '.repeat(30)}${last}`);
  const work = new KeptWork(folder);
  await work.get(one!, async () => 1);
  await work.get(other!, async () => 2);
  const again = new KeptWork(folder);
  expect(await again.get(one!, async () => 3)).toBe(1);
  expect(await again.get(other!, async () => 3)).toBe(2);
  rmSync(folder, { recursive: true });
});
