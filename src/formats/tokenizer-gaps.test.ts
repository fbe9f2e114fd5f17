import { describe, expect, it } from 'vitest';
import { expectFailure } from './testing';
import { parseTokenizer } from './tokenizer';
import { proveTokenizer } from './tokenizer-proof';

const characters = [...'abcdefinohtuw-'];
const bpe = (merges: [string, string][] = []) => ({
  type: 'BPE',
  vocab: Object.fromEntries([...characters, ...merges.map((m) => m.join(''))].map((token, id) => [token, id])),
  merges,
});
/** Ids of characters alone: what a split keeps together shows where a merge may not cross. */
const pieces = (behavior: string, text: string, { invert = false, pattern = { String: '-' } as object } = {}) => {
  const split = { type: 'Split', pattern, behavior, invert };
  const merges = characters.flatMap(
    (a) =>
      [
        [a, '-'],
        ['-', a],
      ] as [string, string][],
  );
  const tokenizer = parseTokenizer({ tokenizer: JSON.stringify({ model: bpe(merges), pre_tokenizer: split }) });
  return tokenizer.encode(text).map((id) => tokenizer.tokenText(id));
};

describe('splits give their delimiters to the neighbour they name', () => {
  it.each([
    ['MergedWithPrevious', 'the-fin--co', ['t', 'h', 'e-', 'f', 'i', 'n-', '-', 'c', 'o']],
    ['MergedWithNext', 'the-fin--co', ['t', 'h', 'e', '-f', 'i', 'n', '-', '-c', 'o']],
    ['Isolated', 'the-fin', ['t', 'h', 'e', '-', 'f', 'i', 'n']],
    ['Removed', 'the-fin', ['t', 'h', 'e', 'f', 'i', 'n']],
    ['Contiguous', 'e--c', ['e', '--', 'c']],
  ])('%s', (behavior, text, tokens) => expect(pieces(behavior, text)).toEqual(tokens));

  it('with a pattern, and inverted', () => {
    const pattern = { Regex: '[a-z]|zz' };
    expect(pieces('MergedWithPrevious', 'a-b-', { pattern, invert: true })).toEqual(['a-', 'b-']);
    expect(pieces('MergedWithNext', '-a-b', { pattern, invert: true })).toEqual(['-a', '-b']);
    expect(pieces('Isolated', 'a-b', { pattern, invert: true })).toEqual(['a', '-', 'b']);
    expect(pieces('Removed', 'a-b', { pattern, invert: true })).toEqual(['a', 'b']);
  });

  it('inside a sequence', () => {
    const split = { type: 'Split', pattern: { String: '-' }, behavior: 'MergedWithNext', invert: false };
    const pre_tokenizer = { type: 'Sequence', pretokenizers: [split] };
    const tokenizer = parseTokenizer({ tokenizer: JSON.stringify({ model: bpe([['a', '-']]), pre_tokenizer }) });
    expect(tokenizer.encode('a-b')).toHaveLength(3);
  });
});

describe('a list of words', () => {
  const model = { type: 'WordLevel', vocab: { the: 0, cat: 1, '[UNK]': 2 }, unk_token: '[UNK]' };
  const words = parseTokenizer({ tokenizer: JSON.stringify({ model, pre_tokenizer: { type: 'WhitespaceSplit' } }) });
  it('gives the unknown word for what it does not list, also where that begins with a listed one', () =>
    expect(words.encode(`the catfish ${'x'.repeat(300)} cat`)).toEqual([0, 2, 2, 1]));

  it('and does so at once for one that goes on for a book', () => {
    const begin = performance.now();
    expect(words.encode(`cat ${'the'.repeat(100_000)}`)).toEqual([1, 2]);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe('added tokens that are single words', () => {
  const token = (more: object = {}) => ({ id: 40, content: 'cab', single_word: true, normalized: false, ...more });
  const of = (added: object[], more: object = {}) =>
    parseTokenizer({ tokenizer: JSON.stringify({ model: bpe(), added_tokens: added, ...more }) });
  const spelled = (text: string, more: object = {}) => {
    const tokenizer = of([token(more)]);
    return tokenizer
      .encode(text)
      .map((id) => tokenizer.tokenText(id))
      .join('|');
  };

  it('stand where a word begins and ends', () => {
    expect(spelled('cab')).toBe('cab');
    expect(spelled('a-cab-a')).toBe('a|-|cab|-|a');
    expect(spelled('cabcab-acab')).toBe('c|a|b|c|a|b|-|a|c|a|b');
    expect(of([token()]).decode([40])).toBe('cab');
  });

  it('leave in place what the tokenizer puts around a text', () => {
    const special = (id: number, content: string) => ({ id, content, special: true, normalized: false });
    const one = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
    const post_processor = {
      type: 'TemplateProcessing',
      single: [one('<s>'), { Sequence: { id: 'A', type_id: 0 } }, one('</s>')],
      pair: [],
      special_tokens: Object.fromEntries(['<s>', '</s>'].map((t, i) => [t, { id: t, ids: [41 + i], tokens: [t] }])),
    };
    const tokenizer = of([token(), special(41, '<s>'), special(42, '</s>')], { post_processor });
    expect(tokenizer.encode('a-cab')).toEqual([41, ...tokenizer.encode('a-', { bos: false }), 40, 42]);
    expect(tokenizer.encode('cab', { bos: true })).toEqual([41, 40]);
  });

  it('beside a normalizer that may change them are refused by name', () =>
    expectFailure(
      () => of([token({ normalized: true })], { normalizer: { type: 'Lowercase' } }),
      'tokenizer-invalid',
      'added token "cab" is a single word',
    ));
});

it('a byte order mark in a text comes back through byte tokens', () => {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);
  const vocab = Object.fromEntries([...bytes, 'a', 'b'].map((t, id) => [t, id]));
  const model = { type: 'BPE', vocab, merges: [], byte_fallback: true };
  const decoder = { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] };
  const tokenizer = parseTokenizer({ tokenizer: JSON.stringify({ model, decoder }) });
  for (const text of ['\uFEFFa', 'a\uFEFFb', 'a\uFEFF\uFEFFb', 'é\uFEFF', '\uFEFF']) {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  }
  expect(proveTokenizer(tokenizer)).toBeUndefined();
});

it('a tokenizer that loses something says what', () => {
  const tokenizer = parseTokenizer({
    tokenizer: JSON.stringify({ model: bpe(), normalizer: { type: 'Lowercase' }, decoder: { type: 'Fuse' } }),
  });
  expect(proveTokenizer(tokenizer)).toContain('"The cat sat on the mat." comes back as ');
});
