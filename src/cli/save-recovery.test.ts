import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectFailure } from '../formats/testing';
import { checkOut } from './save-recovery';

it('a file that could not be written is said before hours are spent on what goes into it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lopper-out-'));
  const check = (out: string) =>
    checkOut({ args: { values: new Map([['out', out]]), positionals: [] }, path: (name) => join(folder, name) });
  await expectFailure(check('none/x.safetensors'), 'file-missing', 'none/x.safetensors', 'ENOENT');
  await expectFailure(check('.'), 'file-missing', 'it is a folder');
  await check('x.safetensors');
  expect(existsSync(join(folder, 'x.safetensors'))).toBe(false);
  writeFileSync(join(folder, 'x.safetensors'), '');
  await check('x.safetensors');
  rmSync(folder, { recursive: true });
});
