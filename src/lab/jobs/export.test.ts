import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ggufFile, tinyLlama } from '../../formats/gguf/testing';
import { expectFailure } from '../../formats/testing';
import { parseDropList } from '../../pruning/drop-list';
import type { ExportRequest, ModelRequest } from '../contract';
import { nodeEnvironment } from '../place/node';
import { exportModel } from './export';

const SAPLING: ModelRequest = { kind: 'bundled' };
const Q8_0 = { type: 8, bytesOfBlock: 34 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lopper-export-'));
  const { metadata, tensors } = tinyLlama();
  const inBlocks = tensors.map((tensor) => {
    const [rows, columns] = tensor.shape;
    if (columns === undefined) return tensor;
    return { ...tensor, type: Q8_0.type, bytes: new Uint8Array(((rows! * columns) / 32) * Q8_0.bytesOfBlock) };
  });
  writeFileSync(join(folder, 'tiny.gguf'), ggufFile(metadata, inBlocks));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = (name: string) => join(folder, name);
function write(model: ModelRequest, drop: string, name: string, form?: ExportRequest['form'], signal?: AbortSignal) {
  const request: ExportRequest = {
    ...{ model, form, pruning: parseDropList(drop, 12) },
    to: { kind: 'folder', path: place(name) },
  };
  const closed = (): never => {
    throw new Error('No model is open.');
  };
  return exportModel(nodeEnvironment(process.cwd()), closed, request, {
    signal: signal ?? new AbortController().signal,
  });
}

test('what is refused leaves no folder behind', async () => {
  const inBlocks: ModelRequest = { kind: 'folder', path: folder, file: 'tiny.gguf' };
  await expectFailure(write(inBlocks, 'ffn:0', 'new', 'zeroed'), 'dtype-unsupported', 'Q8_0');
  await expectFailure(write(inBlocks, 'block:0', 'new', 'gguf'), 'mask-invalid');
  await expectFailure(write(SAPLING, 'block:0', 'new', 'gguf'), 'usage', 'not a GGUF');
  await expectFailure(write(SAPLING, 'block:0-11', 'new', 'zeroed'), 'mask-invalid');
  expect(existsSync(place('new'))).toBe(false);
});

test('one that is cancelled takes away the folder it made, and leaves one that was there', async () => {
  mkdirSync(place('there'));
  for (const name of ['new', 'there']) {
    const cancelled = AbortSignal.abort();
    await expect(write(SAPLING, 'block:3', name, 'zeroed', cancelled)).rejects.toMatchObject({ code: 'cancelled' });
  }
  expect(existsSync(place('new'))).toBe(false);
  expect(readdirSync(place('there'))).toEqual([]);
});

test('nothing is written over: not a folder with files in it, not a file', async () => {
  mkdirSync(place('full'));
  writeFileSync(place('full/mine.txt'), 'mine');
  await expectFailure(write(SAPLING, 'block:3', 'full', 'zeroed'), 'usage', 'not empty');
  await expectFailure(write(SAPLING, 'block:3', 'full/mine.txt', 'zeroed'), 'usage', 'is a file');
  expect(readdirSync(place('full'))).toEqual(['mine.txt']);
  await write(SAPLING, 'block:3', 'deep/new', 'zeroed');
  expect(readdirSync(place('deep/new'))).toContain('config.json');
});
