import { LopperError } from '../../errors';
import type { Metadata, Value } from './container';

/** What stands in `tokenizer.ggml.token_type`. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;

const WORDS_OF_LLAMA = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const REST_OF_LLAMA = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const LOWER_AND_UPPER = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'] as const;
const cased = (ending: string) => {
  const [upper, lower] = LOWER_AND_UPPER;
  const before = '[^\\r\\n\\p{L}\\p{N}]?';
  return `${before}${upper}*${lower}+${ending}|${before}${upper}+${lower}*${ending}`;
};
const REST_OF_GPT4 = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** How a text is cut into words, by the names of llama.cpp (`llama-vocab.cpp`). */
const GPT2 = { names: ['gpt-2', 'default', 'olmo', 'mpt', 'phi-2', 'gpt-neox', 'jais', 'granite-docling'] };
const DIGITS_APART = {
  names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b'],
};
const PATTERNS: readonly { readonly names: readonly string[]; readonly pattern: string; readonly nfc?: true }[] = [
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'dbrx', 'smaug-bpe', 'chatglm-bpe', 'falcon3', 'pixtral', 'smollm3'],
    pattern: `${WORDS_OF_LLAMA}|\\p{N}{1,3}|${REST_OF_LLAMA}`,
  },
  {
    names: ['qwen2', 'stablelm2', 'deepseek-r1-qwen', 'megrez', 'hunyuan'],
    pattern: `${WORDS_OF_LLAMA}|\\p{N}|${REST_OF_LLAMA}`,
    nfc: true,
  },
  { names: ['tekken'], pattern: `${cased('')}|\\p{N}|${REST_OF_GPT4}` },
  { names: ['gpt-4o', 'llama4'], pattern: `${cased("(?i:'s|'t|'re|'ve|'m|'ll|'d)?")}|\\p{N}{1,3}|${REST_OF_GPT4}` },
];

/** A word that is a token is that token, whatever the merges would make of it. */
const IGNORE_MERGES = ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'tekken', 'pixtral'];

const invalid = (file: string, what: string): LopperError =>
  new LopperError(
    'tokenizer-invalid',
    `The tokenizer inside ${file} cannot be used: ${what}.`,
    'Put the tokenizer.json of the model it was made from beside the file: it is used then.',
  );

/** A GGUF's tokenizer, as the files that Hugging Face publishes beside a model; the large one is made when it is called for. */
export interface TokenizerFiles {
  'tokenizer.json'(): object;
  'tokenizer_config.json'(): object;
  'generation_config.json'(): object;
}

/**
 * The tokenizer inside a GGUF, in the form of Hugging Face; undefined where the file has none. Throws
 * `tokenizer-invalid` where it is of a kind that would not be cut as the model was trained.
 */
export function tokenizerFiles(file: string, metadata: Metadata): TokenizerFiles | undefined {
  const t = (key: string) => metadata.get(`tokenizer.ggml.${key}`);
  const model = t('model');
  if (model === undefined || model === 'no_vocab' || model === 'none') return undefined;
  const tokens = list<string>(file, t('tokens'), 'tokens', 'string');
  const types = t('token_type') === undefined ? [] : list<number>(file, t('token_type'), 'token types', 'number');
  const idOf = (key: string) => {
    const id = t(`${key}_token_id`);
    return typeof id === 'number' && id >= 0 && id < tokens.length ? id : undefined;
  };
  const textOf = (key: string) => {
    const id = idOf(key);
    return id === undefined ? undefined : tokens[id];
  };
  const pieces = model === 'llama' || model === 'gemma';
  if (!pieces && model !== 'gpt2') throw invalid(file, `it is of the kind ${JSON.stringify(model)}`);
  const pre = typeof t('pre') === 'string' ? (t('pre') as string) : 'default';
  const rule = pieces ? undefined : wordRule(file, pre);
  const scores = pieces ? list<number>(file, t('scores'), 'scores', 'number') : [];
  const merges = pieces ? [] : list<string>(file, t('merges'), 'merges', 'string');
  const addsBos = t('add_bos_token') ?? (pieces || ['llama-bpe', 'tekken'].includes(pre));
  const bos = textOf('bos');
  const before = addsBos === true && bos !== undefined ? bos : undefined;
  const ends = [idOf('eos'), idOf('eot'), idOf('eom')].filter((id) => id !== undefined);
  return {
    'tokenizer.json': () => ({
      ...{ version: '1.0', truncation: null, padding: null, added_tokens: addedOf(tokens, types) },
      ...(rule ? byteModel(tokens, rule, merges) : pieceModel(tokens, types, scores, t)),
      post_processor: before === undefined ? null : template(before, tokens.indexOf(before)),
    }),
    'tokenizer_config.json': () => ({
      ...(bos !== undefined && { bos_token: bos }),
      ...(textOf('eos') !== undefined && { eos_token: textOf('eos') }),
      add_bos_token: before !== undefined,
      chat_template: metadata.get('tokenizer.chat_template'),
    }),
    'generation_config.json': () => ({ eos_token_id: ends }),
  };
}

/** Tokens that are found in a text before it is cut into words. */
function addedOf(tokens: readonly string[], types: readonly number[]) {
  const added = tokens.flatMap((content, id) =>
    types[id] === CONTROL || types[id] === USER_DEFINED
      ? [
          {
            ...{ id, content, special: types[id] === CONTROL },
            ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
          },
        ]
      : [],
  );
  return firstOfEach(added);
}

/** Of tokens that are spelled alike, the first is meant. */
function firstOfEach<T extends { readonly content: string }>(added: readonly T[]): T[] {
  const seen = new Set<string>();
  return added.filter(({ content }) => !seen.has(content) && seen.add(content));
}

function idsOf(tokens: readonly string[]): Map<string, number> {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) if (!ids.has(token)) ids.set(token, id);
  return ids;
}

/** SentencePiece's BPE: two pieces are merged where that makes a piece, the one of the best score first. */
function pieceModel(
  tokens: readonly string[],
  types: readonly number[],
  scores: readonly number[],
  t: (key: string) => Value | undefined,
) {
  const ids = idsOf(tokens);
  const merges: { score: number; a: string; b: string }[] = [];
  for (const [token, id] of ids) {
    if ((types[id] ?? NORMAL) !== NORMAL) continue;
    for (let cut = 1; cut < token.length; cut++) {
      const [a, b] = [token.slice(0, cut), token.slice(cut)];
      if (ids.has(a) && ids.has(b)) merges.push({ score: scores[id] ?? 0, a, b });
    }
  }
  merges.sort((x, y) => y.score - x.score || ids.get(x.a)! - ids.get(y.a)! || ids.get(x.b)! - ids.get(y.b)!);
  const space = t('add_space_prefix') ?? true;
  const unknown = t('unknown_token_id');
  const mark = '\u2581';
  return {
    model: {
      ...{ type: 'BPE', dropout: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: true, byte_fallback: true, ignore_merges: false },
      unk_token: tokens[typeof unknown === 'number' ? unknown : 0],
      vocab: Object.fromEntries(ids),
      merges: merges.map(({ a, b }) => [a, b]),
    },
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(space ? [{ type: 'Prepend', prepend: mark }] : []),
        { type: 'Replace', pattern: { String: ' ' }, content: mark },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: mark }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(space ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
  };
}

interface WordRule {
  readonly found?: (typeof PATTERNS)[number];
  readonly digits: boolean;
  readonly ignoreMerges: boolean;
}

function wordRule(file: string, pre: string): WordRule {
  const found = PATTERNS.find(({ names }) => names.includes(pre));
  const digits = DIGITS_APART.names.includes(pre);
  if (found || digits || GPT2.names.includes(pre)) return { found, digits, ignoreMerges: IGNORE_MERGES.includes(pre) };
  throw invalid(file, `it cuts words by the rule "${pre.slice(0, 60)}", which is not known here`);
}

/** BPE of bytes, as GPT-2 has it. */
function byteModel(tokens: readonly string[], { found, digits, ignoreMerges }: WordRule, merges: readonly string[]) {
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false };
  const split = found
    ? { type: 'Split', pattern: { Regex: found.pattern }, behavior: 'Isolated', invert: false }
    : { type: 'Digits', individual_digits: true };
  return {
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: ignoreMerges },
      vocab: Object.fromEntries(idsOf(tokens)),
      merges: merges.map((merge) => {
        const space = merge.indexOf(' ', 1);
        return [merge.slice(0, space), merge.slice(space + 1)];
      }),
    },
    normalizer: found?.nfc ? { type: 'NFC' } : null,
    pre_tokenizer:
      found || digits
        ? { type: 'Sequence', pretokenizers: [split, { ...level, use_regex: digits }] }
        : { ...level, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  };
}

const template = (token: string, id: number) => {
  const before = { SpecialToken: { id: token, type_id: 0 } };
  const text = (name: string, type_id: number) => ({ Sequence: { id: name, type_id } });
  return {
    type: 'TemplateProcessing',
    single: [before, text('A', 0)],
    pair: [before, text('A', 0), text('B', 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
};

function list<T extends string | number>(
  file: string,
  value: Value | undefined,
  what: string,
  type: T extends string ? 'string' : 'number',
): readonly T[] {
  const isOfType = (item: Value) => (type === 'string' ? typeof item === 'string' : typeof item === 'number');
  if (!Array.isArray(value) || !value.every(isOfType)) throw invalid(file, `it has no ${what}`);
  return value as readonly T[];
}
