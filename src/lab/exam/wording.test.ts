import { describe, expect, it } from 'vitest';
import { encodePair } from '../../benchmarks/encode-pair';
import { expectFailure } from '../../formats/testing';
import { parseTokenizer } from '../../formats/tokenizer';
import { wordingOf } from './wording';

/** Single characters, and the special tokens of a small chat model. */
const tokenizer = (config: object) => {
  const characters = [...'abcdefghijklmnopqrstuvwxyzABCD :\n<>|'];
  const vocab = Object.fromEntries([['<s>', 0], ['</s>', 1], ...characters.map((c, i) => [c, i + 2] as const)]);
  const special = ['<s>', '</s>'].map((content, id) => ({ id, content, special: true }));
  const json = { model: { type: 'BPE', vocab, merges: [] }, added_tokens: special, decoder: { type: 'Fuse' } };
  return parseTokenizer({ tokenizer: JSON.stringify(json), config: JSON.stringify(config) });
};
const tokens = { bos_token: '<s>', eos_token: '</s>' };
const CHAT =
  '{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}';

describe('the BOS of a prompt', () => {
  it.each([
    ['auto', true, [0, 2]],
    ['auto', false, [2]],
    ['on', false, [0, 2]],
    ['off', true, [2]],
  ] as const)('%s, with a tokenizer that adds one: %s', (bos, adds, ids) => {
    const wording = wordingOf(tokenizer({ ...tokens, add_bos_token: adds }), { bos });
    expect(wording.encode('a')).toEqual(ids);
    expect(wording.bos).toBe(ids.length === 2);
  });

  it('cannot be asked for where the tokenizer has none', async () => {
    const none = tokenizer({ bos_token: null, add_bos_token: false });
    await expectFailure(async () => wordingOf(none, { bos: 'on' }), 'usage', 'BOS');
  });
});

describe('a chat model', () => {
  it('gets the context as one turn, its BOS once, and the answer without a space before it', () => {
    const model = tokenizer({ ...tokens, add_bos_token: true, chat_template: CHAT });
    const wording = wordingOf(model, { chat: true });
    const context = wording.context('is it a :');
    expect(context).toBe('<s><|user|>\nis it a :</s><|assistant|>\n');
    expect(wording).toMatchObject({ bos: true, chat: true });
    const { encode } = wording;
    const pair = encodePair(context, wording.continuation(' A'), { encode, prefixId: 0 });
    const ids = [...pair.context, ...pair.continuation];
    expect(ids.filter((id) => id === 0)).toHaveLength(1);
    expect(model.decode(ids, { skipSpecial: false })).toBe(`${context}A`);
  });

  it('without a template, or with one that is broken, is refused by name', async () => {
    const refused = (chat_template?: string) =>
      expectFailure(
        async () => wordingOf(tokenizer({ ...tokens, chat_template }), { chat: true }).context('a'),
        'chat-template',
      );
    await refused();
    await refused('{% for %}');
    await refused("{{ raise_exception('only pictures') }}");
  });
});

it('a template that counts without end is stopped and named', () => {
  const template = '{% for a in range(30000) %}{% for b in range(30000) %}{% endfor %}{% endfor %}';
  const model = tokenizer({ ...tokens, chat_template: template });
  expect(() => wordingOf(model, { chat: true }).context('a')).toThrow(
    expect.objectContaining({ code: 'chat-template', message: expect.stringContaining('takes longer than 1.5 s') }),
  );
});
