import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LopperError } from '../../errors';
import { type Dtype, isDtype, widen } from '../dtypes';
import { widenFp8 } from '../fp8';
import { fileSource, openFolder } from '../node';
import { openWeights } from '../safetensors';
import type { TensorInfo } from '../tensor';
import { expectFailure, memoryModel, sourceOf } from '../testing';
import { readStateDict } from './state-dict';
import { file, joined, pickle, tensor, zip } from './testing';

const read = (bytes: Uint8Array<ArrayBuffer>) => readStateDict(sourceOf(bytes, 'pytorch_model.bin'));
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const counted = (n: number) => floats(...Array.from({ length: n }, (_, i) => i));

async function valuesOf({ source, start, end, dtype }: TensorInfo): Promise<number[]> {
  return [...widen(await source.read(start, end), dtype as Dtype)];
}

describe('tensors of a file that was written byte by byte', () => {
  it('are where the storages are, as the strides say', async () => {
    const tensors = {
      plain: tensor([2, 3]),
      later: tensor([2], { offset: 4 }),
      turned: tensor([3, 2], { strides: [1, 3] }),
      repeated: tensor([2, 2], { strides: [0, 1] }),
      other: tensor([2], { key: '1', type: 'BFloat16Storage' }),
      empty: tensor([0, 5]),
    };
    const bf16 = Uint8Array.of(0x80, 0x3f, 0, 0xc0);
    for (const wide of [false, true]) {
      const found = await read(file(tensors, { 0: counted(6), 1: bf16 }, { wide }));
      const all = Object.fromEntries(await Promise.all(found.map(async (t) => [t.name, await valuesOf(t)] as const)));
      expect(all).toEqual({
        plain: [0, 1, 2, 3, 4, 5],
        later: [4, 5],
        turned: [0, 3, 1, 4, 2, 5],
        repeated: [0, 1, 0, 1],
        other: [1, -2],
        empty: [],
      });
      expect(found.map(({ dtype }) => dtype)).toEqual(['F32', 'F32', 'F32', 'F32', 'BF16', 'F32']);
    }
  });

  it('that are views are read in pieces of any size', async () => {
    const [turned] = await read(file({ turned: tensor([4, 3], { strides: [1, 4] }) }, { 0: counted(12) }));
    const whole = await turned!.source.read(0, 48);
    const pieces = [];
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 31],
      [31, 48],
    ] as const)
      pieces.push(await turned!.source.read(from, to));
    expect(joined(...pieces)).toEqual(whole);
  });

  it('come from an index and its shards; of safetensors beside them those are taken', async () => {
    const index = JSON.stringify({ weight_map: { a: 'pytorch_model-1.bin', b: 'pytorch_model-2.bin' } });
    const shards = {
      'pytorch_model.bin.index.json': index,
      'pytorch_model-1.bin': file({ a: tensor([2]) }, { 0: floats(1, 2) }),
      'pytorch_model-2.bin': file({ b: tensor([2]) }, { 0: floats(3, 4) }),
    };
    const tensors = await openWeights(memoryModel(shards));
    expect(await valuesOf(tensors.get('b')!)).toEqual([3, 4]);
    const lost = { ...shards, 'pytorch_model-2.bin': file({ c: tensor([2]) }, { 0: floats(3, 4) }) };
    await expectFailure(openWeights(memoryModel(lost)), 'tensor-missing', 'b', 'pytorch_model.bin.index.json');
    const wrong = { ...shards, 'pytorch_model.bin.index.json': index.replace('model-2', '../x') };
    await expectFailure(openWeights(memoryModel(wrong)), 'pytorch-corrupt', 'not a PyTorch file name');
  });

  it('lie beside the state of an optimiser, as trainers save them', async () => {
    const { dictionary, number, whole } = pickle;
    const described = whole(dictionary({ epoch: number(3), state_dict: dictionary({ a: tensor([1]) }) }));
    const found = await read(zip({ 'x/data.pkl': described, 'x/data/0': floats(7) }));
    expect(found.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a file that asks for more than tensors need is refused by what it asks for, and runs nothing', () => {
  const { call, dictionary, global, text, tuple, whole } = pickle;
  const of = (value: Uint8Array) => zip({ 'x/data.pkl': whole(value), 'x/data/0': floats(1) });

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', 'getattr'],
    ['torch', 'load'],
    ['torch._utils', '__dict__'],
    ['torch.serialization', '_load'],
    ['runpy', '_run_module_as_main'],
  ])('%s.%s', async (module, name) => {
    await expectFailure(
      read(of(call(global(module, name), text('touch /tmp/x')))),
      'pytorch-refused',
      `${module}.${name}`,
    );
    const stacked = joined(text(module), text(name), 0x93, tuple(text('x')), 'R');
    await expectFailure(read(of(stacked)), 'pytorch-refused', `${module}.${name}`);
  });

  it('a whole model, NumPy arrays, a name with the state of an object set, an opcode that makes instances', async () => {
    await expectFailure(
      read(of(global('torch.nn.modules.linear', 'Linear'))),
      'pytorch-refused',
      'a whole model was saved',
    );
    await expectFailure(read(of(global('numpy.core.multiarray', '_reconstruct'))), 'pytorch-refused', 'NumPy');
    const built = joined(tensor([1]), dictionary({ requires_grad: text('x') }), 'b');
    await expectFailure(read(of(built)), 'pytorch-refused', 'the state of an object');
    for (const [opcode, shown] of [
      ['\x81', '81'],
      ['i', '69'],
      ['o', '6f'],
      ['P', '50'],
      ['\x82', '82'],
    ]) {
      const instance = joined(global('collections', 'OrderedDict'), ')', opcode!.charCodeAt(0));
      await expectFailure(read(of(instance)), 'pytorch-refused', `0x${shown}`);
    }
  });

  it('a call of a name that is known is no tensor, whatever it is given', async () => {
    const odd = dictionary({ a: call(global('torch._utils', '_rebuild_tensor_v2'), text('x')) });
    await expectFailure(read(of(odd)), 'pytorch-corrupt', 'of no storage');
    await expectFailure(read(of(dictionary({ a: text('x') }))), 'pytorch-refused', 'no tensor');
    await expectFailure(read(of(text('x'))), 'pytorch-refused', 'no dictionary');
  });

  it('older forms, programs and packed entries', async () => {
    const old = joined(
      Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19),
      '.',
    );
    const failure = await expectFailure(read(old), 'pytorch-refused', 'before 1.6');
    expect(failure.remedy).toContain('save_pretrained');
    const script = zip({ 'x/data.pkl': whole(dictionary({})), 'x/constants.pkl': floats(1) });
    await expectFailure(read(script), 'pytorch-refused', 'TorchScript');
    await expectFailure(read(file({ a: tensor([1]) }, { 0: floats(1) }, { method: 8 })), 'pytorch-refused', 'packed');
    await expectFailure(read(file({ a: tensor([1]) }, { 0: floats(1) }, { flags: 1 })), 'pytorch-refused', 'encrypted');
    const big = zip({
      'x/data.pkl': whole(dictionary({ a: tensor([1]) })),
      'x/byteorder': joined('big'),
      'x/data/0': floats(1),
    });
    await expectFailure(read(big), 'pytorch-refused', 'big');
  });
});

describe('a file that is broken says where', () => {
  it('tensors beyond their storage, of none, with impossible shapes', async () => {
    const failing = (a: Uint8Array, ...said: string[]) =>
      expectFailure(read(file({ a }, { 0: counted(6) })), 'pytorch-corrupt', 'tensor a', ...said);
    await failing(tensor([7]), 'beyond its storage of 24 bytes');
    await failing(tensor([2], { offset: 5 }), 'beyond its storage');
    await failing(tensor([2, 2], { strides: [6, 1] }), 'beyond its storage');
    await failing(tensor([2], { key: '9' }), 'storage 9');
    await failing(tensor([-1]), 'impossible shape');
    await failing(tensor([2, 2], { strides: [1] }), 'impossible shape');
    await failing(tensor(new Array(9).fill(1)), 'impossible shape');
    await failing(tensor(new Array(8).fill(2 ** 30), { strides: new Array(8).fill(2 ** 30) }), 'impossible shape');
  });

  it('a zip without an end, and one that is none', async () => {
    const sound = file({ a: tensor([2]) }, { 0: counted(2) });
    await expectFailure(read(sound.slice(0, -8)), 'pytorch-corrupt', 'no end of a zip');
    await expectFailure(read(joined('PK')), 'pytorch-corrupt');
    await expectFailure(read(joined('<!doctype html>')), 'not-a-model-file');
    await expectFailure(read(zip({ 'x/other': floats(1) })), 'pytorch-corrupt', 'no data.pkl');
  });

  it('whatever is changed in it, it is read or refused by name', () => {
    const tensors = { a: tensor([2, 2], { strides: [1, 2] }), b: tensor([3], { key: '1', type: 'HalfStorage' }) };
    const sound = file(tensors, { 0: counted(4), 1: new Uint8Array(6) });
    const edit = fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) });
    return fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(sound.length), async (edits, cut) => {
        const spoilt = sound.slice(0, cut % 3 === 0 ? cut : undefined);
        for (const { at, to } of edits) if (at < spoilt.length) spoilt[at] = to;
        const found = await read(spoilt).catch((error) => {
          expect(error).toBeInstanceOf(LopperError);
          return [];
        });
        for (const t of found) expect((await t.source.read(t.start, t.end)).length).toBe(t.end - t.start);
      }),
      { numRuns: 2000, seed: 11 },
    );
  });
});

/** A Python with torch; where there is none the tests say so. */
const python = process.env.LOPPER_PYTHON;
if (!python) console.log('skipped: LOPPER_PYTHON names no Python with torch to make files with');

describe.skipIf(!python)('files as torch saves them', () => {
  let folder: string;
  let want: Record<'state' | 'module', Record<string, { dtype: string; shape: number[]; values: number[] }>>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lopper-torch-'));
    execFileSync(python!, [new URL('torch-files.py', import.meta.url).pathname, folder]);
    want = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const opened = async (name: string) => readStateDict(await fileSource(join(folder, name)));

  it.each([
    ['whole.bin', 'state'],
    ['checkpoint.bin', 'state'],
    ['module.bin', 'module'],
    ['shards', 'state'],
  ] as const)('%s: every tensor, whatever its type and strides', async (name, which) => {
    const inShards = async () => [...(await openWeights(await openFolder(join(folder, name)))).values()];
    const found = await (name === 'shards' ? inShards() : opened(name));
    expect(found.map((t) => t.name)).toEqual(Object.keys(want[which]));
    const types: Record<string, string> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16', F64: 'float64' };
    for (const t of found) {
      const { dtype, shape, values } = want[which][t.name]!;
      expect([types[t.dtype] ?? t.dtype, t.shape]).toEqual([
        dtype.replace('int64', 'I64').replace(/^float8_e4m3fn$/, 'F8_E4M3'),
        shape,
      ]);
      if (isDtype(t.dtype)) expect(await valuesOf(t), t.name).toEqual(values);
      if (t.dtype === 'F8_E4M3') {
        const one = { ...t, dtype: 'F32', shape: [], source: sourceOf(floats(1)), start: 0, end: 4 };
        expect(await valuesOf(widenFp8(t, one)!)).toEqual(values);
      }
    }
    const [embed, head] = ['embed', 'head'].map((tied) => found.find((t) => t.name === tied));
    if (embed) expect([head!.source, head!.start]).toEqual([embed.source, embed.start]);
  });

  it.each([
    ['old.bin', 'before 1.6'],
    ['model.bin', 'a whole model was saved'],
    ['script.bin', 'TorchScript'],
  ])('%s is refused', async (name, said) => {
    await expectFailure(opened(name), 'pytorch-refused', said);
  });

  it('one that runs a program when torch unpickles it is refused by what it calls, and runs nothing', async () => {
    await expectFailure(opened('hostile.bin'), 'pytorch-refused', 'system');
    await expectFailure(opened('hostile-eval.bin'), 'pytorch-refused', 'builtin', 'eval');
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    const load = `import torch; torch.load(${JSON.stringify(join(folder, 'hostile.bin'))}, weights_only=False)`;
    execFileSync(python!, ['-c', load]);
    expect(existsSync(join(folder, 'ran')), 'it is hostile').toBe(true);
  });
});
