import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteProgress, ModelFiles } from './bytes';
import { isDtype } from './dtypes';
import { openFolder } from './node';
import { openWeights, parseHeader } from './safetensors';
import type { TensorInfo } from './tensor';
import { expectFailure, memoryModel, safetensorsFile, sharedData, sourceOf, vectors } from './testing';

const parse = (header: unknown, data: number | Uint8Array<ArrayBuffer> = 0) =>
  parseHeader(sourceOf(safetensorsFile(header, data)));
const refuse = (header: unknown, data: number, ...parts: string[]) =>
  expectFailure(parse(header, data), 'safetensors-corrupt', 'model.safetensors', ...parts);
const f32 = (shape: number[], start: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [start, end] });

describe('a sound header', () => {
  it('gives each tensor its dtype, shape and bytes', async () => {
    const { header, bytes } = vectors({ b: 3, a: 2 });
    const tensors = await parse({ __metadata__: { format: 'pt' }, ...header }, bytes);
    expect(tensors.map((t) => [t.name, t.dtype, t.shape, t.end - t.start])).toEqual([
      ['b', 'F32', [3], 12],
      ['a', 'F32', [2], 8],
    ]);
    const [b] = tensors as [TensorInfo];
    expect([...(await b.source.read(b.start, b.start + 3))]).toEqual([0, 31, 62]);
  });

  it('may hold scalars, empty tensors, any order of entries and no tensor at all', async () => {
    const tensors = await parse({ late: f32([1], 4, 8), none: f32([0, 5], 4, 4), scalar: f32([], 0, 4) }, 8);
    expect(tensors).toHaveLength(3);
    expect(await parse({})).toEqual([]);
  });

  it('may hold a dtype that is not known, which is refused only by a model that uses it', async () => {
    const [tensor] = (await parse({ odd: { dtype: 'X5', shape: [7], data_offsets: [0, 5] } }, 5)) as [TensorInfo];
    expect(tensor.dtype).toBe('X5');
    expect(isDtype(tensor.dtype)).toBe(false);
  });

  it('has none of the dtypes of a GGUF', async () => {
    const entry = { odd: { dtype: 'Q8_0', shape: [32], data_offsets: [0, 5] } };
    await expect(parse(entry, 5)).rejects.toThrow(/dtype Q8_0, which safetensors does not have/);
  });

  it('reads back any list of tensors that was written', async () => {
    const dtypes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1 };
    const tensor = fc.record({
      dtype: fc.constantFrom(...(Object.keys(dtypes) as (keyof typeof dtypes)[])),
      shape: fc.array(fc.nat(5), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), tensor, { noNullPrototype: false }), async (wanted) => {
        delete wanted.__metadata__;
        let at = 0;
        const header = Object.entries(wanted).map(([name, { dtype, shape }]) => {
          const bytes = shape.reduce((a, b) => a * b, dtypes[dtype]);
          at += bytes;
          return [name, { dtype, shape, data_offsets: [at - bytes, at] }] as const;
        });
        const read = await parse(Object.fromEntries(header), at);
        expect(read.map((t) => [t.name, { dtype: t.dtype, shape: t.shape }])).toEqual(Object.entries(wanted));
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(!sharedData('vectors/safetensors-tiny'))('reads files written by the reference library', async () => {
    const files = await openFolder(sharedData('vectors/safetensors-tiny')!);
    const read = async (file: string) => {
      const [t] = (await parseHeader(await files.open(file))) as [TensorInfo];
      return { ...t, data: (await t.source.read(t.start, t.end)).buffer };
    };
    const ints = await read('tensor-1d-int32.safetensors');
    expect([ints.name, ints.dtype, ints.shape, [...new Int32Array(ints.data)]]).toEqual([
      'embedding',
      'I32',
      [3],
      [1, 2, 3],
    ]);
    const doubles = await read('tensor-2d-float64.safetensors');
    expect([doubles.shape, [...new Float64Array(doubles.data)]]).toEqual([
      [2, 3],
      [1, 2, 3, 24, 25, 26],
    ]);
    const cube = await read('tensor-3d-float32.safetensors');
    expect([cube.shape, [...new Float32Array(cube.data)]]).toEqual([
      [2, 2, 3],
      [22, 23, 24, 11, 12, 13, 2, 3, 4, 1, 2, 3],
    ]);
    expect((await read('tensor-4d-float32.safetensors')).shape).toEqual([2, 3, 1, 3]);
  });
});

describe('a broken file is refused, by name', () => {
  const { header, bytes } = vectors({ a: 4, b: 4 });

  it('when it is empty, or cut anywhere', async () => {
    const whole = safetensorsFile(header, bytes);
    for (let length = 0; length < whole.length; length++) {
      await expectFailure(parseHeader(sourceOf(whole.slice(0, length))), 'safetensors-corrupt', 'model.safetensors');
    }
  });

  it('when bytes follow the last tensor', () => refuse(header, bytes + 3, '3 bytes follow'));

  it('when the header claims to be longer than the file or than 25 MB', async () => {
    const file = safetensorsFile(header, bytes);
    const claim = (n: bigint) => {
      new DataView(file.buffer).setBigUint64(0, n, true);
      return parseHeader(sourceOf(file));
    };
    await expectFailure(claim(100_000n), 'safetensors-corrupt', '100000', 'cut short');
    await expectFailure(claim(25_000_001n), 'safetensors-corrupt', '25000001');
    await expectFailure(claim(2n ** 64n - 1n), 'safetensors-corrupt', '18446744073709551615');
  });

  it('when the header is no JSON object', async () => {
    await refuse('{"a": ', 0, 'is not JSON');
    await refuse('[]', 0, 'a list');
    await refuse('null', 0, 'null');
    await refuse('', 0, 'is empty');
    const file = safetensorsFile('{"a"}');
    file[10] = 0xff;
    await expectFailure(parseHeader(sourceOf(file)), 'safetensors-corrupt', 'UTF-8');
  });

  it('when an entry is not what the format says', async () => {
    await refuse({ w: 3 }, 0, 'tensor w');
    await refuse({ w: { shape: [1], data_offsets: [0, 4] } }, 4, 'no dtype');
    await refuse({ w: { dtype: 'F32', data_offsets: [0, 4] } }, 4, 'shape');
    await refuse({ w: { dtype: 'F32', shape: [1] } }, 4, 'data_offsets');
    await refuse({ w: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4, 'data_offsets');
  });

  it('when a shape is negative, fractional or absurd', async () => {
    await refuse({ w: f32([-1], 0, 4) }, 4, '[-1]');
    await refuse({ w: f32([0.5], 0, 4) }, 4, '[0.5]');
    await refuse({ w: f32([2 ** 40, 2 ** 40], 0, 4) }, 4, 'impossible shape');
    await refuse({ w: f32(Array(9).fill(1), 0, 4) }, 4, 'impossible shape');
  });

  it('when offsets are reversed, overlap, leave holes or run over the end', async () => {
    await refuse({ w: f32([1], 4, 0) }, 4, '[4,0]');
    await refuse({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12, 'a and b overlap');
    await refuse({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12, 'a hole of 4 bytes between a and b');
    await refuse({ a: f32([1], 4, 8) }, 8, 'a hole of 4 bytes between the header and a');
    await refuse({ a: f32([2], 0, 8) }, 4, 'cut short');
  });

  it('when the bytes of a tensor are not those of its shape and dtype', async () => {
    await refuse({ w: f32([3], 0, 8) }, 8, 'takes 12 bytes, not 8');
    await refuse({ w: { dtype: 'BF16', shape: [3, 2], data_offsets: [0, 24] } }, 24, 'takes 12 bytes, not 24');
  });

  it('when its header names a tensor twice', async () => {
    const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
    const header = new TextEncoder().encode(`{"__metadata__":{"a":"b","a\\"":"{"},"a":${entry},"\\u0061":${entry}}`);
    const file = new Uint8Array(8 + header.length + 4);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(header, 8);
    await expectFailure(parseHeader(sourceOf(file)), 'safetensors-corrupt', 'names a twice');
  });

  it('when it is a web page or a git-LFS pointer', async () => {
    const page = sourceOf(new TextEncoder().encode('\n<!DOCTYPE html><html><body>404</body></html>'));
    await expectFailure(parseHeader(page), 'not-a-model-file', 'a web page');
    const pointer = sourceOf(
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'),
    );
    const failure = await expectFailure(parseHeader(pointer), 'not-a-model-file', 'git-LFS pointer');
    expect(failure.remedy).toContain('git lfs pull');
  });
});

describe('the weights of a model', () => {
  const one = vectors({ a: 4 });
  const two = vectors({ b: 8, c: 2 });
  const shard1 = safetensorsFile(one.header, one.bytes);
  const shard2 = safetensorsFile(two.header, two.bytes);
  const index = (map: unknown) => JSON.stringify({ metadata: { total_size: 56 }, weight_map: map });
  const INDEX = 'model.safetensors.index.json';
  const sound = { a: 's-1.safetensors', b: 's-2.safetensors', c: 's-2.safetensors' };

  it('come from a single file', async () => {
    const tensors = await openWeights(memoryModel({ 'model.safetensors': shard2 }));
    expect([...tensors.keys()]).toEqual(['b', 'c']);
  });

  it('come from the shards of an index, opened one after the other', async () => {
    const model = memoryModel({ [INDEX]: index(sound), 's-1.safetensors': shard1, 's-2.safetensors': shard2 });
    let open = 0;
    const watched: ModelFiles = {
      ...model,
      async open(file, signal, onProgress) {
        expect(++open).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        onProgress?.({ file, done: 1, total: 2 });
        open--;
        return model.open(file, signal);
      },
    };
    const progress: ByteProgress[] = [];
    const tensors = await openWeights(watched, undefined, (p) => progress.push(p));
    expect([...tensors.values()].map((t) => [t.name, t.source.name])).toEqual(Object.entries(sound));
    expect(progress.map((p) => p.shard)).toEqual([
      { index: 0, count: 2 },
      { index: 1, count: 2 },
    ]);
  });

  it('come from the shard that the index names where a tensor is in two, and are refused where it names none', async () => {
    const files = { 's-1.safetensors': shard1, 's-2.safetensors': shard2, 't.safetensors': shard1 };
    const twice = { ...sound, z: 't.safetensors' };
    const both = vectors({ a: 4, z: 1 });
    const more = { ...files, 't.safetensors': safetensorsFile(both.header, both.bytes) };
    const tensors = await openWeights(memoryModel({ ...more, [INDEX]: index(twice) }));
    expect(tensors.get('a')?.source.name).toBe('s-1.safetensors');
    const last = await openWeights(memoryModel({ ...more, [INDEX]: index({ ...twice, a: 't.safetensors' }) }));
    expect(last.get('a')?.source.name).toBe('t.safetensors');
    const odd = vectors({ a: 4, y: 1 });
    const unsaid = { b: 's-2.safetensors', c: 's-2.safetensors', z: 't.safetensors', y: 's-1.safetensors' };
    await expectFailure(
      openWeights(
        memoryModel({ ...more, [INDEX]: index(unsaid), 's-1.safetensors': safetensorsFile(odd.header, odd.bytes) }),
      ),
      'safetensors-corrupt',
      'tensor a',
    );
  });

  it('are found where an index writes ./ before a name', async () => {
    const dotted = Object.fromEntries(Object.entries(sound).map(([tensor, shard]) => [tensor, `./${shard}`]));
    const model = memoryModel({ [INDEX]: index(dotted), 's-1.safetensors': shard1, 's-2.safetensors': shard2 });
    expect((await openWeights(model)).size).toBe(3);
  });

  it('are refused when a shard lacks what the index puts in it, or is not there', async () => {
    const wrong = { ...sound, d: 's-1.safetensors' };
    const model = memoryModel({ [INDEX]: index(wrong), 's-1.safetensors': shard1, 's-2.safetensors': shard2 });
    await expectFailure(openWeights(model), 'tensor-missing', 'd', 's-1.safetensors');
    const half = memoryModel({ [INDEX]: index(sound), 's-1.safetensors': shard1 });
    await expectFailure(openWeights(half), 'file-missing', 's-2.safetensors');
  });

  it('are refused when the index is broken or leads out of the folder', async () => {
    const open = (text: string) => openWeights(memoryModel({ [INDEX]: text }));
    await expectFailure(open('{'), 'safetensors-corrupt', INDEX);
    await expectFailure(open('{}'), 'safetensors-corrupt', 'weight_map');
    await expectFailure(open(index({})), 'safetensors-corrupt', 'weight_map');
    for (const shard of [
      '../secret.safetensors',
      '/etc/passwd',
      'a\\b.safetensors',
      'http://x/y.safetensors',
      'half\uD800.safetensors',
      5,
    ]) {
      await expectFailure(open(index({ a: shard })), 'safetensors-corrupt', 'not a safetensors file name');
    }
  });

  it('that are not there at all are named', () =>
    expectFailure(openWeights(memoryModel({ 'config.json': '{}' })), 'file-missing', 'model.safetensors'));

  it.each([
    [['onnx', 'onnx/model.onnx', 'params.json'], 'ONNX only'],
    [['params.json', 'pytorch_model-00001-of-00002.bin'], 'without their index, pytorch_model.bin.index.json'],
    [['x.gguf', 'model-00001-of-00002.safetensors'], 'without their index'],
    [['adapter_config.json', 'adapter_model.bin'], 'an adapter'],
    [['model.onnx_data', 'x.gguf'], 'ONNX only'],
    [[], 'an empty folder'],
  ])('that are not there are told by what is: %j', async (names, said) => {
    await expectFailure(openWeights({ ...memoryModel({}), list: async () => names }), 'file-missing', said);
  });

  it('stop loading when cancelled between shards', async () => {
    const model = memoryModel({ [INDEX]: index(sound), 's-1.safetensors': shard1, 's-2.safetensors': shard2 });
    const control = new AbortController();
    const stopping: ModelFiles = {
      ...model,
      open: (file) => {
        control.abort();
        return model.open(file);
      },
    };
    await expectFailure(openWeights(stopping, control.signal), 'cancelled');
  });

  it.skipIf(!sharedData('models/stories260K'))('of a real model in a real folder are all there', async () => {
    const path = sharedData('models/stories260K')!;
    const tensors = await openWeights(await openFolder(path));
    expect(tensors.get('model.embed_tokens.weight')?.shape).toEqual([512, 64]);
    const size = (await readFile(`${path}/model.safetensors`)).length;
    expect(Math.max(...[...tensors.values()].map((t) => t.end))).toBe(size);
  });
});
