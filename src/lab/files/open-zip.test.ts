import fc from 'fast-check';
import { strFromU8, strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { LopperError } from '../../errors';
import { openZip } from './open-zip';
import { MOST_RESULT_BYTES } from './result-kinds';

const zip = (files: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
const refused = (bytes: Uint8Array) => expect(openZip(bytes, 'theirs.zip')).rejects;

it('what was packed is read again', async () => {
  const files = { 'mask.json': '{}', 'curves/1-attn.json': '[1]', 'README.md': 'Größe' };
  const opened = [...(await openZip(zip(files), 'ours.zip'))].map(([name, bytes]) => [name, strFromU8(bytes)]);
  expect(Object.fromEntries(opened)).toEqual(files);
});

it('names that lead out of their folder are refused, named', async () => {
  for (const name of ['../mask.json', 'a/../../b.json', '/etc/mask.json', 'C:\\mask.json', 'a\\..\\b.json']) {
    await refused(zip({ [name]: '{}' })).toMatchObject({
      code: 'result-invalid',
      message: expect.stringContaining(name),
    });
  }
});

it('ten thousand members, a huge one, and one that lies about its size are refused before they take memory', async () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${i}.json`, '']));
  await refused(zip(many)).toMatchObject({ message: expect.stringContaining('more than 1000 members') });
  const huge = zipSync({ 'mask.json': new Uint8Array(MOST_RESULT_BYTES + 1) }, { level: 9 });
  expect(huge.length).toBeLessThan(100_000);
  await refused(huge).toMatchObject({ message: expect.stringContaining(`${MOST_RESULT_BYTES + 1} bytes`) });
  // The size in the directory says 1.
  const lying = huge.slice();
  const size = new Uint8Array(new Uint32Array([MOST_RESULT_BYTES + 1]).buffer);
  for (let at = 0; at + 4 <= lying.length; at++) {
    if (size.every((byte, i) => lying[at + i] === byte)) lying.set([1, 0, 0, 0], at);
  }
  const opened = await openZip(lying, 'lying.zip').catch((error: unknown) => error);
  if (opened instanceof Map) expect(opened.get('mask.json').length).toBeLessThanOrEqual(1);
  else expect(opened).toBeInstanceOf(LopperError);
});

it('whatever bytes there are, it is opened or refused by name', async () => {
  const good = zip({ 'mask.json': '{"format":"lopper-mask"}' });
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
      const spoilt = good.slice();
      spoilt[at] = byte;
      const opened = await openZip(spoilt, 'x.zip').catch((error: unknown) => error);
      expect(opened instanceof Map || opened instanceof LopperError).toBe(true);
    }),
  );
});
