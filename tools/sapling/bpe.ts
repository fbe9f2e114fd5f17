/** Byte-level BPE: trained on counts of pre-tokens, written as a Hugging Face tokenizer.json, and a fast encoder. */

export const SPECIAL = ['<s>', '</s>'] as const;

/** GPT-2's pre-tokens; digits are split off beforehand, so its number branch never meets one. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export function preTokens(text: string): string[] {
  return text.split(/(\p{N})/u).flatMap((part, i) => (i % 2 ? [part] : (part.match(WORDS) ?? [])));
}

/** GPT-2's printable stand-ins for the 256 bytes. */
const STAND_INS: string[] = (() => {
  const plain = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let extra = 0;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(plain(b) ? b : 256 + extra++));
})();

const toBytes = new TextEncoder();

function spell(word: string): string[] {
  return Array.from(toBytes.encode(word), (b) => STAND_INS[b]!);
}

function mergePair(parts: string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === left && parts[i + 1] === right) {
      out.push(left + right);
      i++;
    } else out.push(parts[i]!);
  }
  return out;
}

/** Merges in order, until the vocabulary is full. */
export function trainMerges(counts: Map<string, number>, size: number): [string, string][] {
  const words = [...counts].map(([word, count]) => ({ parts: spell(word), count }));
  const merges: [string, string][] = [];
  while (SPECIAL.length + 256 + merges.length < size) {
    const tally = new Map<string, number>();
    for (const { parts, count } of words) {
      for (let i = 1; i < parts.length; i++) {
        const pair = `${parts[i - 1]} ${parts[i]}`;
        tally.set(pair, (tally.get(pair) ?? 0) + count);
      }
    }
    let best = '';
    for (const [pair, n] of tally) {
      const lead = n - (tally.get(best) ?? 0);
      if (lead > 0 || (lead === 0 && pair < best)) best = pair;
    }
    if (!best) break;
    const [left, right] = best.split(' ') as [string, string];
    merges.push([left, right]);
    for (const word of words) {
      if (word.parts.includes(left)) word.parts = mergePair(word.parts, left, right);
    }
  }
  return merges;
}

export class Encoder {
  readonly vocab = new Map<string, number>();
  private readonly ranks: Map<string, number>;
  private readonly cache = new Map<string, number[]>();

  constructor(readonly merges: [string, string][]) {
    for (const token of [...SPECIAL, ...STAND_INS, ...merges.map(([a, b]) => a + b)]) {
      if (!this.vocab.has(token)) this.vocab.set(token, this.vocab.size);
    }
    this.ranks = new Map(merges.map(([a, b], i) => [`${a} ${b}`, i]));
  }

  /** Token ids, without the special ones. */
  encode(text: string): number[] {
    return preTokens(text).flatMap((word) => this.word(word));
  }

  private word(word: string): number[] {
    const known = this.cache.get(word);
    if (known) return known;
    let parts = spell(word);
    for (;;) {
      let at = -1;
      let rank = Infinity;
      for (let i = 1; i < parts.length; i++) {
        const found = this.ranks.get(`${parts[i - 1]} ${parts[i]}`) ?? Infinity;
        if (found < rank) [rank, at] = [found, i];
      }
      if (at < 0) break;
      parts = mergePair(parts, parts[at - 1]!, parts[at]!);
    }
    const ids = parts.map((part) => this.vocab.get(part)!);
    this.cache.set(word, ids);
    return ids;
  }
}

const special = (id: number) => ({
  id,
  content: SPECIAL[id],
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

export function tokenizerJson(encoder: Encoder): object {
  const start = { SpecialToken: { id: SPECIAL[0], type_id: 0 } };
  const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(0), special(1)],
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: '\\p{N}' }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [start, sequence('A', 0)],
      pair: [start, sequence('A', 0), sequence('B', 1)],
      special_tokens: { [SPECIAL[0]]: { id: SPECIAL[0], ids: [0], tokens: [SPECIAL[0]] } },
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(encoder.vocab),
      merges: encoder.merges,
    },
  };
}

export const TOKENIZER_CONFIG = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  bos_token: SPECIAL[0],
  eos_token: SPECIAL[1],
  add_bos_token: true,
  add_eos_token: false,
  clean_up_tokenization_spaces: false,
  model_max_length: 1024,
};
