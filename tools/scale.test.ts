import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tables } from './scale';

it('docs/scale.md has what the lab counts', async () => {
  expect(readFileSync('docs/scale.md', 'utf8')).toContain((await tables()).trimEnd());
});
