import { Tokenizer as Library } from '@huggingface/tokenizers';
import { LopperError } from '../errors';
import { said } from '../json';
import { bounded, TooLong } from './bounded';
import type { ModelFiles } from './bytes';
import { parseObject } from './json';
import { tokenSpelling } from './token-text';
import {
  aroundSingleWords,
  checkPatterns,
  checkSingleWords,
  inLibraryForms,
  keepingMarks,
  singleWords,
} from './tokenizer-gaps';
import { splitWords } from './tokenizer-words';

/** Text to token ids and back, as the model was trained. */
export interface Tokenizer {
  /**
   * Without `bos`, with the special tokens that the tokenizer itself adds. With it, a BOS first (where `bosId` is
   * known) or none, and no other special token.
   */
  encode(text: string, options?: { readonly bos?: boolean }): number[];
  /** A list that ends inside a character ends in U+FFFD: decode the whole list again when the next token comes. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** One token as it is spelled, leading space included, for showing; lone bytes as `<0xE2>`. */
  tokenText(id: number): string;
  readonly bosId?: number;
  /** Tokens that end a text. */
  readonly eosIds: readonly number[];
  /** One more than the largest id. */
  readonly size: number;
  /** Whether `encode` puts a BOS first when not told. */
  readonly addsBos: boolean;
  /** Jinja source. */
  readonly chatTemplate?: string;
}

/** The files a tokenizer is made of, as text; only the first is required, and may be read already. */
export interface TokenizerTexts {
  readonly tokenizer: string | object;
  readonly config?: string;
  readonly generationConfig?: string;
  readonly chatTemplate?: string;
}

/** The model's tokenizer; undefined when it has no tokenizer.json. Throws `tokenizer-invalid`. */
export async function loadTokenizer(files: ModelFiles, signal?: AbortSignal): Promise<Tokenizer | undefined> {
  const optional = async (file: string) => ((await files.has(file, signal)) ? files.text(file, signal) : undefined);
  const tokenizer = (await files.json?.('tokenizer.json', signal)) ?? (await optional('tokenizer.json'));
  if (tokenizer === undefined) return undefined;
  return parseTokenizer({
    tokenizer,
    config: await optional('tokenizer_config.json'),
    generationConfig: await optional('generation_config.json'),
    chatTemplate: await optional('chat_template.jinja'),
  });
}

/** Throws `tokenizer-invalid`, naming the file and what is wrong with it. */
export function parseTokenizer(texts: TokenizerTexts): Tokenizer {
  const { tokenizer } = texts;
  const json =
    typeof tokenizer === 'string'
      ? parseObject(tokenizer, 'tokenizer.json', 'tokenizer-invalid')
      : (tokenizer as Record<string, unknown>);
  const config = texts.config ? parseObject(texts.config, 'tokenizer_config.json', 'tokenizer-invalid') : {};
  const generation = texts.generationConfig
    ? parseObject(texts.generationConfig, 'generation_config.json', 'tokenizer-invalid')
    : {};
  const library = build(json, config);

  let size = 0;
  for (const id of library.get_vocab().values()) size = Math.max(size, id + 1);
  const special = new Set<number>();
  for (const [id, token] of library.get_added_tokens_decoder()) if (token.special) special.add(id);
  const single = singleWords(json);
  // Single words are found here, so the library that encodes must not know them.
  const encoder = single.length > 0 ? build(withoutAdded(json, single), config) : library;
  const plain = (text: string): number[] =>
    [...aroundSingleWords(text, single)].flatMap((piece) =>
      typeof piece === 'number' ? [piece] : encoder.encode(piece, { add_special_tokens: false }).ids,
    );
  const idOf = (token: string | undefined) => (token === undefined ? undefined : library.token_to_id(token));
  const conventional = (names: string[]) => names.map(idOf).find((id) => id !== undefined && special.has(id));

  const [before, after] = aroundText(library);
  const prefix = before[0];
  const bosId = 'bos_token' in config ? idOf(contentOf(config.bos_token)) : (prefix ?? conventional(BOS_NAMES));
  const eosId = 'eos_token' in config ? idOf(contentOf(config.eos_token)) : conventional(EOS_NAMES);
  const templated = bosId !== undefined && prefix === bosId;
  const addsBos = bosId !== undefined && (typeof config.add_bos_token === 'boolean' ? config.add_bos_token : templated);
  const spelling = tokenSpelling(json);
  const eosIds = [eosId, generation.eos_token_id].flat().filter((id): id is number => Number.isInteger(id));

  const encode = (text: string, bos?: boolean): number[] => {
    const asBuilt = bos === undefined && addsBos === templated;
    if (asBuilt && single.length === 0) return library.encode(text).ids;
    const ids = plain(text);
    if (asBuilt) return [...before, ...ids, ...after];
    return (bos ?? addsBos) && bosId !== undefined ? [bosId, ...ids] : ids;
  };
  const decode = (ids: readonly number[], skipSpecial: boolean): string => {
    const known = ids.filter((id) => library.id_to_token(id) !== undefined && !(skipSpecial && special.has(id)));
    // The library refuses an empty list, and would "clean up" spaces that the text really has.
    if (known.length === 0) return '';
    const whole = keepingMarks(known, (token) => library.token_to_id(token));
    return library.decode([...whole], { clean_up_tokenization_spaces: false });
  };

  return {
    bosId,
    eosIds: [...new Set(eosIds)],
    size,
    addsBos,
    chatTemplate: texts.chatTemplate ?? chatTemplateOf(config.chat_template),
    encode: (text, { bos } = {}) => inTime(text.length, () => encode(text, bos)),
    decode: (ids, { skipSpecial = true } = {}) => inTime(ids.length, () => decode(ids, skipSpecial)),
    tokenText(id) {
      const token = library.id_to_token(id);
      if (token === undefined) return `<no token ${id}>`;
      return special.has(id) ? token : spelling(token);
    },
  };
}

/** Time that a text may take, milliseconds: many times what the slowest of tokenizers takes, whose words are whole texts. */
const LEAST_MS = 900;
const MS_PER_CHARACTER = 1;

/** Patterns come with the file, and some take time without end on some texts. Throws `tokenizer-invalid` for those. */
function inTime<T>(length: number, work: () => T): T {
  const ms = LEAST_MS + Math.ceil(length * MS_PER_CHARACTER);
  try {
    return boundedTwice(ms, work);
  } catch (cause) {
    if (!(cause instanceof TooLong)) throw cause;
    throw new LopperError(
      'tokenizer-invalid',
      `tokenizer.json cannot be used: ${cause.message} with ${length} ${length === 1 ? 'character' : 'characters'}; one of its patterns does not come to an end.`,
      'Get tokenizer.json again from where the model is published; without it the model still takes token ids.',
      { cause },
    );
  }
}

/** A busy machine may let a moment's work wait for so long; hardly twice. */
function boundedTwice<T>(ms: number, work: () => T): T {
  try {
    return bounded(ms, work);
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    return bounded(ms, work);
  }
}

const MODEL_TYPES = ['BPE', 'Unigram', 'WordPiece', 'WordLevel'];
const MAX_ID = 10_000_000;
const BOS_NAMES = ['<s>', '<|begin_of_text|>', '<|endoftext|>'];
const EOS_NAMES = ['</s>', '<|end_of_text|>', '<|endoftext|>'];

function build(json: Record<string, unknown>, config: Record<string, unknown>): Library {
  // Keys that writers leave out when there is nothing to say, but that the library wants.
  const absent = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  try {
    checkModel(json);
    checkPatterns(json);
    checkSingleWords(json, singleWords(json));
    const library = new Library(inLibraryForms(splitWords({ ...absent, ...json })), config);
    const ids = boundedTwice(LEAST_MS, () => library.encode('a b').ids);
    if (ids.some((id) => !Number.isInteger(id))) throw new Error('it gives no id to plain text');
    if (ids.length > 0) library.decode(ids);
    return library;
  } catch (cause) {
    throw new LopperError(
      'tokenizer-invalid',
      `tokenizer.json cannot be used: ${said(cause)}`,
      'Get tokenizer.json again from where the model is published; without it the model still takes token ids.',
      { cause },
    );
  }
}

const withoutAdded = (json: Record<string, unknown>, tokens: readonly unknown[]) => ({
  ...json,
  added_tokens: (json.added_tokens as unknown[]).filter((token) => !tokens.includes(token)),
});

/** The library takes a model of any type for a list of words, and any id for a place in an array. */
function checkModel(json: Record<string, unknown>): void {
  const { type, vocab: vocabulary } = (json.model ?? {}) as { type?: unknown; vocab?: unknown };
  if (type !== undefined && !MODEL_TYPES.includes(type as string)) throw new Error(`its model is of type "${type}".`);
  if (vocabulary === null || typeof vocabulary !== 'object') throw new Error('it has no vocabulary.');
  const entries = Array.isArray(vocabulary) ? vocabulary.map((entry, i) => [entry[0], i]) : Object.entries(vocabulary);
  const added = Array.isArray(json.added_tokens) ? json.added_tokens.map((t) => [t?.content, t?.id]) : [];
  if (entries.length === 0) throw new Error('its vocabulary is empty.');
  for (const [token, id] of [...entries, ...added]) {
    if (!Number.isInteger(id) || id < 0 || id > MAX_ID) throw new Error(`token "${token}" has the id ${id}.`);
  }
}

/** The tokens that the post-processor puts before a text and after it. */
function aroundText(library: Library): [before: readonly number[], after: readonly number[]] {
  const plain = library.encode('a', { add_special_tokens: false }).ids;
  const full = library.encode('a').ids;
  const at = full.findIndex((_, i) => plain.every((id, k) => full[i + k] === id));
  return plain.length > 0 && at >= 0 ? [full.slice(0, at), full.slice(at + plain.length)] : [full, []];
}

/** `"<s>"` or `{"content": "<s>", ...}`. */
function contentOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/** A template, or a list of named ones of which `default` is meant. */
function chatTemplateOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.find((entry) => entry?.name === 'default') ?? value[0];
  return typeof named?.template === 'string' ? named.template : undefined;
}
