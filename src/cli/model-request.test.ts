import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readArguments } from './arguments';
import { COMMON_OPTIONS } from './command';
import { modelRequest } from './model-request';

describe('MODEL', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lopper-model-'));
    mkdirSync(join(folder, 'gpt2'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const request = (name: string, ...words: string[]) =>
    modelRequest(name, folder, readArguments('info', words, COMMON_OPTIONS));

  it('sapling is the bundled model', () => {
    expect(request('sapling')).toEqual({ kind: 'bundled' });
  });

  it('a folder that is there is that folder, even under the name of a hub model', () => {
    expect(request('gpt2')).toEqual({ kind: 'folder', path: join(folder, 'gpt2') });
    expect(request('.')).toEqual({ kind: 'folder', path: folder });
  });

  it('what is written as a path is a folder, so that a typing mistake downloads nothing', () => {
    expect(request('./gtp2')).toMatchObject({ kind: 'folder' });
    expect(request('/models/x/y')).toEqual({ kind: 'folder', path: '/models/x/y' });
  });

  it('the name of no GGUF, in a folder that is there, is a file of that folder', () => {
    const file = { kind: 'folder', path: join(folder, 'gpt2'), file: 'mistyped.gguf' };
    expect(request('gpt2/mistyped.gguf')).toEqual(file);
    expect(request('someone/odd.gguf')).toMatchObject({ kind: 'hub', repo: 'someone/odd.gguf' });
  });

  it('anything else is a hub id, from the host and revision given', () => {
    expect(request('Qwen/Qwen3-0.6B')).toMatchObject({ kind: 'hub', repo: 'Qwen/Qwen3-0.6B', revision: 'main' });
    expect(request('a/b', '--revision', 'v1', '--host', 'http://localhost:9')).toEqual({
      kind: 'hub',
      repo: 'a/b',
      revision: 'v1',
      host: 'http://localhost:9',
    });
  });

  it('a hub id may carry its revision, and HF_ENDPOINT names the hub', () => {
    expect(request('a/b@step1000')).toMatchObject({ repo: 'a/b', revision: 'step1000' });
    vi.stubEnv('HF_ENDPOINT', 'https://mirror.example/');
    expect(request('a/b')).toMatchObject({ host: 'https://mirror.example', revision: 'main' });
    expect(request('a/b', '--host', 'http://localhost:9')).toMatchObject({ host: 'http://localhost:9' });
    vi.unstubAllEnvs();
  });

  it('an address copied from a browser is the model it shows', () => {
    expect(request('https://huggingface.co/a/b/tree/v1')).toEqual({
      kind: 'hub',
      repo: 'a/b',
      revision: 'v1',
      host: 'https://huggingface.co',
    });
    expect(request('https://huggingface.co/a/b/tree/v1', '--revision', 'v2')).toMatchObject({ revision: 'v2' });
    expect(() => request('https://huggingface.co/datasets/a/b')).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('a .gguf is that file of its folder; of several in a folder or on the hub --file names one', () => {
    writeFileSync(join(folder, 'x.Q4_0.gguf'), '');
    expect(request('x.Q4_0.gguf')).toEqual({ kind: 'folder', path: folder, file: 'x.Q4_0.gguf' });
    expect(request('.', '--file', 'x.Q4_0.gguf')).toMatchObject({ path: folder, file: 'x.Q4_0.gguf' });
    expect(request('a/b', '--file', 'y.gguf', '--precision', 'q8')).toMatchObject({ file: 'y.gguf', precision: 'q8' });
    expect(request('https://huggingface.co/a/b/blob/main/sub/y.gguf')).toMatchObject({
      repo: 'a/b',
      file: 'sub/y.gguf',
    });
    expect(() => request('sapling', '--precision', 'q5')).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('--gpu-memory says which weights stay there', () => {
    expect(request('sapling', '--gpu-memory', 'none')).toEqual({ kind: 'bundled', stay: 'none' });
    expect(request('sapling', '--gpu-memory', '1.5GiB')).toMatchObject({ stay: 1.5 * 2 ** 30 });
    expect(request('sapling', '--gpu-memory', '500 MB')).toMatchObject({ stay: 5e8 });
    expect(() => request('sapling', '--gpu-memory', 'plenty')).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('a folder without a model that stands before a hub id says so', () => {
    mkdirSync(join(folder, 'Qwen', 'Qwen3-0.6B'), { recursive: true });
    const hidden = (what: string) =>
      expect(() => request('Qwen/Qwen3-0.6B')).toThrow(
        expect.objectContaining({ message: expect.stringContaining(what) }),
      );
    hidden('is an empty folder here');
    mkdirSync(join(folder, 'Qwen', 'Qwen3-0.6B', 'runs'));
    hidden('is a folder without a model here');
    writeFileSync(join(folder, 'Qwen', 'Qwen3-0.6B', 'config.json'), '{}');
    expect(request('Qwen/Qwen3-0.6B')).toMatchObject({ kind: 'folder' });
    // Whoever means the folder says so.
    expect(request('./gpt2')).toMatchObject({ kind: 'folder' });
  });

  it('a revision of a local folder is refused rather than ignored', () => {
    expect(() => request('gpt2', '--revision', 'v1')).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
