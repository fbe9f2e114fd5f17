import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LopperError } from '../../errors';
import { widen } from '../dtypes';
import { expectFailure, memoryModel, sourceOf } from '../testing';
import { loadTokenizer } from '../tokenizer';
import { modelAmong } from './choose';
import { readContainer } from './container';
import { ggufFiles } from './files';
import { ggufFile, LIST, type MadeTensor, TEXT, type Typed, tinyLlama, U32 } from './testing';

const { metadata, tensors } = tinyLlama();
const sound = ggufFile(metadata, tensors);
const read = (bytes: Uint8Array<ArrayBuffer>) => readContainer(sourceOf(bytes, 'x.gguf'));
const vector = (change: Partial<MadeTensor> = {}): MadeTensor => ({
  ...{ name: 'a', type: 0, shape: [8], bytes: new Uint8Array(32) },
  ...change,
});

describe('a GGUF that is not sound is refused by what is wrong with it', () => {
  const refusals: [what: string, bytes: Uint8Array<ArrayBuffer>, ...parts: string[]][] = [
    ['more tensors than it has room for', ggufFile({}, [], { counts: [2n ** 40n, 0] }), '1099511627776', 'cut short'],
    ['more metadata than it has room for', ggufFile({}, [], { counts: [0, 2n ** 63n] }), 'cut short'],
    ['a version to come', ggufFile({}, [], { version: 4 }), 'version is 4'],
    ['something else', new TextEncoder().encode('GGML and so on and on and on'), '"GGML"'],
    ['an alignment of 0', ggufFile({ 'general.alignment': [U32, 0] }, []), 'alignment is 0'],
    ['a type of values that there is not', ggufFile({ key: [99, 0] }, []), 'key is of type 99'],
    ['a tensor twice', ggufFile({}, [vector(), vector()]), 'tensor a twice'],
    ['tensors that overlap', ggufFile({}, [vector(), vector({ name: 'b', offset: 0 })]), 'a and b overlap'],
    ['an offset between places', ggufFile({}, [vector({ offset: 8 })]), 'no multiple of the alignment 32'],
    ['a tensor beyond its end', ggufFile({}, [vector({ shape: [800] })]), 'a ends at byte', 'cut short'],
    ['a shape beyond counting', ggufFile({}, [vector({ shape: [2 ** 40, 2 ** 40] })]), 'impossible shape'],
    ['five dimensions', ggufFile({}, [vector({ shape: [1, 1, 1, 1, 1] })]), '5 dimensions'],
    ['rows that do not fill blocks', ggufFile({}, [vector({ type: 8 })]), 'Q8_0', 'blocks of 32'],
  ];
  it.each(refusals)('%s', async (_, bytes, ...parts) => {
    await expectFailure(read(bytes), 'gguf-corrupt', 'x.gguf', ...parts);
  });

  it('versions that nothing writes now', async () => {
    await expectFailure(read(ggufFile({}, [], { version: 1 })), 'dtype-unsupported', 'version 1');
    await expectFailure(read(ggufFile({}, [], { version: 0x03000000 })), 'dtype-unsupported', 'big-endian');
  });

  it('cut anywhere in its header, and in its data', async () => {
    for (let length = 4; length < sound.length; length += 97) {
      await expectFailure(read(sound.slice(0, length)), 'gguf-corrupt', 'cut short');
    }
  });

  it('whatever bytes are changed: a result or a named error', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = sound.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const model = await modelAmong(memoryModel({ 'x.gguf': bytes }), 'x.gguf');
          const opened = model.tensors!(model.open).then(() => model.text('tokenizer.json'));
          await opened.catch((error) => expect(error).toBeInstanceOf(LopperError));
        },
      ),
      { seed: 3, numRuns: 300 },
    ));
});

it('nested lists are read, and not without end', async () => {
  const nest = (depth: number): Typed => (depth === 0 ? [LIST, ['a'], TEXT] : [LIST, [], LIST]);
  expect((await read(ggufFile({ key: nest(1) }, []))).metadata.get('key')).toEqual([]);
});

describe('a model in GGUF', () => {
  const rowsOf = async (architecture: string, part: string) => {
    const made = tinyLlama({}, architecture);
    const model = ggufFiles(memoryModel({ 'x.gguf': ggufFile(made.metadata, made.tensors) }), 'x.gguf');
    const tensor = (await model.tensors!(model.open)).get(`model.layers.0.self_attn.${part}.weight`)!;
    const values = widen(await tensor.source.read(tensor.start, tensor.end), 'F32');
    return Array.from({ length: values.length / 32 }, (_, row) => Math.round(64 * (values[32 * row]! % 1)));
  };

  it('has its queries and keys in halves where the file has them in pairs, each head by itself', async () => {
    const head = [0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15];
    expect(await rowsOf('llama', 'q_proj')).toEqual([...head, ...head.map((row) => row + 16)]);
    expect(await rowsOf('granite', 'k_proj')).toEqual(head);
    expect(await rowsOf('llama', 'v_proj')).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(await rowsOf('qwen2', 'q_proj')).toEqual(Array.from({ length: 32 }, (_, i) => i));
  });

  it('has the config that its metadata stand for', async () => {
    const model = ggufFiles(memoryModel({ 'x.gguf': sound }), 'x.gguf');
    expect(JSON.parse(await model.text('config.json'))).toMatchObject({
      ...{ model_type: 'llama', hidden_size: 32, num_attention_heads: 2, num_key_value_heads: 1, vocab_size: 4 },
      ...{ rms_norm_eps: 1e-5, tie_word_embeddings: true },
    });
  });

  it('is opened once for its config, its tokenizer and its tensors, and hands over what its texts say', async () => {
    const memory = memoryModel({ 'x.gguf': sound });
    let opened = 0;
    const open = (file: string) => {
      opened++;
      return memory.open(file);
    };
    const model = ggufFiles({ ...memory, open }, 'x.gguf');
    for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json']) {
      expect(await model.has(file)).toBe(true);
      const handed = await model.json!(file);
      expect(JSON.parse(await model.text(file)), file).toEqual(JSON.parse(JSON.stringify(handed)));
    }
    expect((await loadTokenizer(model))!.encode('abba')).toEqual([2, 1, 0]);
    await model.tensors!(model.open);
    expect(opened).toBe(1);
    expect(await model.json!('README.md')).toBeUndefined();
  });

  it('lacks a part of its split: that is named, with what to do', async () => {
    const split = (no: number, of: MadeTensor[]) =>
      ggufFile({ ...metadata, 'split.no': [2, no], 'split.count': [2, 2] }, of);
    const [one, two] = ['x-00001-of-00002.gguf', 'x-00002-of-00002.gguf'];
    const parts = { [one]: split(0, tensors.slice(0, 5)), [two]: split(1, tensors.slice(5)) };
    const whole = await modelAmong({ ...memoryModel(parts), list: async () => [one, two] });
    expect((await whole.tensors!(whole.open)).size).toBe(tensors.length);
    const half = ggufFiles(memoryModel({ [one]: parts[one]! }), one);
    await expectFailure(half.tensors!(half.open), 'file-missing', 'first of 2 files', two);
    const mixed = ggufFiles(memoryModel({ ...parts, [two]: parts[one]! }), one);
    await expectFailure(mixed.tensors!(mixed.open), 'gguf-corrupt', two, 'file 0 of 2');
  });

  it('is one of several: they are listed', async () => {
    const several = { ...memoryModel({}), list: async () => ['b.gguf', 'a.gguf', 'mmproj-a.gguf'] };
    await expectFailure(modelAmong(several), 'usage', 'a.gguf, b.gguf');
    const failure = await expectFailure(modelAmong(several, 'c.gguf'), 'file-missing', 'no c.gguf');
    expect(failure.remedy).toBe('It has a.gguf, b.gguf.');
  });

  it('has a tokenizer of a kind that is not known: the file beside it is used', async () => {
    const strange = ggufFile({ ...metadata, 'tokenizer.ggml.pre': [TEXT, 'new-rule'] }, tensors);
    const inside = ggufFiles(memoryModel({ 'x.gguf': strange }), 'x.gguf');
    await expectFailure(inside.text('tokenizer.json'), 'tokenizer-invalid', 'new-rule');
    const beside = ggufFiles(memoryModel({ 'x.gguf': strange, 'tokenizer.json': '{"own":1}' }), 'x.gguf');
    expect(await beside.text('tokenizer.json')).toBe('{"own":1}');
  });

  it('has a tokenizer beside it that contradicts its vocabulary: named, with the first token that does', async () => {
    const vocab = Object.fromEntries(Array.from({ length: 200 }, (_, id) => [`t${id}`, id]));
    const tokens = Object.keys(vocab);
    const own = ggufFile({ ...metadata, 'tokenizer.ggml.tokens': [LIST, tokens, TEXT] }, tensors);
    const beside = (vocab: object) => {
      const json = JSON.stringify({ model: { type: 'BPE', vocab, merges: [] } });
      return ggufFiles(memoryModel({ 'x.gguf': own, 'tokenizer.json': json }), 'x.gguf').text('tokenizer.json');
    };
    await beside(vocab);
    await beside({ ...vocab, 'of its own': 200 }); // the table may be cut
    await beside(Object.fromEntries(tokens.map((token, id) => [id === 7 ? 'spelled anew' : token, id])));
    await beside(tokens.map((token) => [token, -1])); // Unigram: a list of pieces and scores
    const shifted = beside(Object.fromEntries(tokens.map((token, id) => [token, (id + 1) % 200])));
    await expectFailure(shifted, 'tokenizer-invalid', 'x.gguf', '200 of 200', '1, "t0", which there is "t1"');
  });
});
