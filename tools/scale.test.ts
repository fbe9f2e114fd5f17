import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tables } from './scale';

/** Of tables only the numbers: not how wide their columns are drawn. */
const plain = (text: string) => text.replace(/^\|[ :|-]+\|$/gm, '').replace(/ +/g, ' ');

it('docs/scale.md has what the lab counts', async () => {
  expect(plain(readFileSync('docs/scale.md', 'utf8'))).toContain(plain(await tables()).trim());
});
