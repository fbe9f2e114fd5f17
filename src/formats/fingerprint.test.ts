import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprint } from './fingerprint';
import { openFolder } from './node';
import { openWeights } from './safetensors';
import { memoryModel, safetensorsFile, vectors } from './testing';

const { header, bytes } = vectors({ b: 30_000, a: 20_000 });
const file = safetensorsFile(header, bytes);
const of = async (contents: Uint8Array<ArrayBuffer>) =>
  fingerprint(await openWeights(memoryModel({ 'model.safetensors': contents })));

it('is the same for a model in memory and in a folder, and 64 hex digits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lopper-'));
  try {
    await writeFile(join(folder, 'model.safetensors'), file);
    const onDisk = await fingerprint(await openWeights(await openFolder(folder)));
    expect(onDisk).toMatch(/^[0-9a-f]{64}$/);
    expect(await of(file)).toBe(onDisk);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('does not depend on the order or padding of the header', async () => {
  const reordered = `${JSON.stringify({ a: header.a, b: header.b })}      `;
  expect(await of(safetensorsFile(reordered, bytes))).toBe(await of(file));
});

it('changes with a name, a shape, and the data from the first byte to the last', async () => {
  const original = await of(file);
  const renamed = safetensorsFile({ b: header.b, c: header.a }, bytes);
  const reshaped = safetensorsFile({ b: header.b, a: { ...header.a, shape: [200, 100] } }, bytes);
  const changes = [renamed, reshaped];
  for (const at of [file.length - bytes, file.length - 1]) {
    const copy = file.slice();
    copy[at]! ^= 1;
    changes.push(copy);
  }
  const prints = await Promise.all(changes.map(of));
  expect(new Set([original, ...prints]).size).toBe(5);
});
