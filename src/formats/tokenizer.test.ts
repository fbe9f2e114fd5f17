import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFolder } from './node';
import { expectFailure, memoryModel, sharedData } from './testing';
import { loadTokenizer, parseTokenizer } from './tokenizer';
import { proveTokenizer } from './tokenizer-proof';

const FILES = {
  'mistral-7b-v0.1': 'tokenizers/mistral-7b-v0.1/tokenizer.json',
  'pythia-neox': 'tokenizers/pythia-neox/20B_tokenizer.json',
  gpt2: 'tokenizers/gpt2/tokenizer.json',
  llama2: 'tokenizers/llama2/tokenizer.json',
  stories260K: 'models/stories260K/tokenizer.json',
};
type Name = keyof typeof FILES;
const NAMES = Object.keys(FILES) as Name[];
const json = (name: Name) => readFileSync(sharedData(FILES[name])!, 'utf8');
const loaded = new Map<Name, ReturnType<typeof parseTokenizer>>();
const tokenizer = (name: Name) => {
  if (!loaded.has(name)) loaded.set(name, parseTokenizer({ tokenizer: json(name) }));
  return loaded.get(name)!;
};

describe.skipIf(!sharedData('tokenizers') || !sharedData('vectors/tokenizers'))('real tokenizers', () => {
  const path = sharedData('vectors/tokenizers/ids.json');
  const vectors: { texts: string[]; ids: Record<Name, number[][]> } = path && JSON.parse(readFileSync(path, 'utf8'));

  it.each(NAMES)('%s gives every text the ids of the reference', (name) => {
    expect(vectors.texts).toHaveLength(24);
    expect(vectors.texts.map((text) => tokenizer(name).encode(text))).toEqual(vectors.ids[name]);
  });

  it.each(NAMES)('%s gives back the text', (name) => {
    for (const [i, text] of vectors.texts.entries()) {
      const back = tokenizer(name).decode(vectors.ids[name][i]!);
      // Mistral's "first" prefix puts its mark only where there is no space yet: one leading space cannot come back.
      expect(back).toBe(name === 'mistral-7b-v0.1' ? text.replace(/^ /, '') : text);
    }
  });

  it.skipIf(!sharedData('text'))('splitting into words first changes no id of a long text', () => {
    const wiki = readFileSync(sharedData('text/wikitext-2-raw-test.txt')!, 'utf8').slice(0, 40_000);
    const text = `  ${wiki.replaceAll('\r\n', '\n')} a▁b ▁▁ \n\n   x </s> y<s>z`;
    for (const name of ['llama2', 'mistral-7b-v0.1', 'stories260K'] as const) {
      const whole = JSON.parse(json(name));
      // A vocabulary entry across a word mark, which no merge makes, keeps the text in one piece.
      whole.model.vocab['x▁x'] = Object.keys(whole.model.vocab).length;
      const slow = parseTokenizer({ tokenizer: JSON.stringify(whole) });
      expect(tokenizer(name).encode(text)).toEqual(slow.encode(text));
    }
  });

  it.skipIf(!sharedData('text'))('a megabyte of text takes seconds, not a minute', () => {
    const wiki = readFileSync(sharedData('text/wikitext-2-raw-test.txt')!, 'utf8').replaceAll('\r\n', '\n');
    const ids = tokenizer('llama2').encode(wiki);
    expect(tokenizer('llama2').decode(ids)).toBe(wiki);
  });

  it('a BOS can be asked for or left out', () => {
    const llama = tokenizer('llama2');
    expect(llama).toMatchObject({ bosId: 1, eosIds: [2], addsBos: true, size: 32_000 });
    const [bos, ...rest] = llama.encode('Hello world');
    expect(bos).toBe(1);
    expect(llama.encode('Hello world', { bos: false })).toEqual(rest);
    expect(llama.encode('Hello world', { bos: true })).toEqual([1, ...rest]);
    const gpt2 = tokenizer('gpt2');
    expect(gpt2).toMatchObject({ bosId: 50_256, eosIds: [50_256], addsBos: false, size: 50_257 });
    expect(gpt2.encode('Hello', { bos: true })).toEqual([50_256, ...gpt2.encode('Hello')]);
  });

  it('tokenizer_config.json decides about the BOS where it speaks', () => {
    const config = (add: boolean) =>
      JSON.stringify({ bos_token: { content: '<s>' }, eos_token: '</s>', add_bos_token: add });
    const without = parseTokenizer({ tokenizer: json('stories260K'), config: config(false) });
    expect(without.addsBos).toBe(false);
    expect(without.encode('Once')).toEqual(tokenizer('stories260K').encode('Once').slice(1));
    const nullBos = parseTokenizer({ tokenizer: json('gpt2'), config: '{"bos_token": null, "add_bos_token": true}' });
    expect([nullBos.bosId, nullBos.addsBos]).toEqual([undefined, false]);
  });

  it('single tokens are spelled with their spaces, bytes and special names', () => {
    const { encode, tokenText } = tokenizer('gpt2');
    const spelled = (text: string) => encode(text).map(tokenText);
    expect(spelled(' Hello world\n')).toEqual([' Hello', ' world', '\n']);
    expect(spelled('🦙')).toEqual(['<0xF0><0x9F>', '<0xA6>', '<0x99>']);
    expect(tokenText(50_256)).toBe('<|endoftext|>');
    const llama = tokenizer('llama2');
    expect(llama.encode('Hi\n🦙', { bos: false }).map(llama.tokenText)).toEqual([
      ' Hi',
      '\n',
      '<0xF0>',
      '<0x9F>',
      '<0xA6>',
      '<0x99>',
    ]);
    expect([llama.tokenText(1), llama.tokenText(99_999)]).toEqual(['<s>', '<no token 99999>']);
  });

  it('decoding skips special tokens unless asked, keeps spaces as they are and survives unknown ids', () => {
    const gpt2 = tokenizer('gpt2');
    const ids = [...gpt2.encode("I 'm here . \n"), 50_256];
    expect(gpt2.decode(ids)).toBe("I 'm here . \n");
    expect(gpt2.decode(ids, { skipSpecial: false })).toBe("I 'm here . \n<|endoftext|>");
    expect(gpt2.decode([])).toBe('');
    expect(gpt2.decode([50_256])).toBe('');
    expect(gpt2.decode([...gpt2.encode('a'), 60_000, -1])).toBe('a');
    expect(gpt2.decode(gpt2.encode('🦙').slice(0, 2))).toContain('\ufffd');
  });

  it('a folder gives tokenizer, config and chat template together', async () => {
    const stories = await loadTokenizer(await openFolder(sharedData('models/stories260K')!));
    expect(stories).toMatchObject({ bosId: 1, eosIds: [2], addsBos: true, size: 512 });
    expect(await loadTokenizer(await openFolder(sharedData('models/random/llama')!))).toBeUndefined();
    const chat = await loadTokenizer(
      memoryModel({
        'tokenizer.json': json('stories260K'),
        'tokenizer_config.json': JSON.stringify({
          bos_token: '<s>',
          eos_token: '</s>',
          chat_template: [
            { name: 'tools', template: 'T' },
            { name: 'default', template: 'D' },
          ],
        }),
        'generation_config.json': '{"eos_token_id": [2, 13]}',
      }),
    );
    expect([chat?.chatTemplate, chat?.eosIds]).toEqual(['D', [2, 13]]);
  });
});

describe('a tokenizer that does not load is refused', () => {
  it.each([
    ['an empty file', '', 'empty'],
    ['a cut file', '{"model": {"type": "BPE", "vocab": {', 'not JSON'],
    ['a list', '[]', 'a list'],
    ['no model', '{"version": "1.0"}', 'cannot be used'],
    ['a model of an unknown kind', '{"model": {"type": "Quantum"}}', 'Quantum'],
    [
      'an unknown stage',
      '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "normalizer": {"type": "Zorn"}}',
      'Zorn',
    ],
    [
      'a split without its pattern',
      '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {}, "behavior": "Isolated"}]}}',
      'it has a "Split" whose pattern is {}',
    ],
    ['an empty vocabulary', '{"model": {"type": "BPE", "vocab": {}, "merges": []}}', 'empty'],
    ['an absurd id', '{"model": {"type": "BPE", "vocab": {"a": 4000000000}, "merges": []}}', '4000000000'],
    ['a vocabulary that is no vocabulary', '{"model": {"type": "BPE", "vocab": 7, "merges": []}}', 'cannot be used'],
  ])('%s', async (_, text, part) => {
    await expectFailure(() => parseTokenizer({ tokenizer: text }), 'tokenizer-invalid', 'tokenizer.json', part);
  });

  it('with a pattern that never ends on some texts: tried at opening, and stopped', async () => {
    const tokenizer = JSON.stringify({
      model: { type: 'BPE', vocab: { a: 0, b: 1, ' ': 2 }, merges: [] },
      pre_tokenizer: { type: 'Split', pattern: { Regex: '(k+)+$' }, behavior: 'Isolated', invert: false },
    });
    const slow = parseTokenizer({ tokenizer });
    expect(slow.encode('a b')).toEqual([0, 2, 1]);
    const failure = await expectFailure(() => proveTokenizer(slow), 'tokenizer-invalid', 'longer than 0.9', 'patterns');
    expect(failure.remedy).toContain('token ids');
  });

  it('with a broken tokenizer_config.json', async () => {
    const texts = { tokenizer: '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}', config: 'oops' };
    await expectFailure(() => parseTokenizer(texts), 'tokenizer-invalid', 'tokenizer_config.json');
  });
});
