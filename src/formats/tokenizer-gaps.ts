/** What the tokenizer library does not do, brought into forms that it does. */
import { shown } from '../json';

type Json = Record<string, unknown>;

/** A tokenizer.json whose parts the library reads as the field does: splits that merge, and words that are not known. */
export const inLibraryForms = (json: Json): Json => ({
  ...json,
  pre_tokenizer: splitsByMatching(json.pre_tokenizer),
  model: wordsAsPieces(json.model as Json),
});

/**
 * A `Split` of any behaviour (tokenizers' `SplitDelimiterBehavior`) as one that keeps what its pattern matches. The library
 * knows `Isolated` as it is and `Removed` inverted; it takes merging for isolating, and keeps delimiters it should remove.
 */
function splitsByMatching(part: unknown): unknown {
  const { type, pretokenizers, pattern, behavior, invert } = Object(part) as Json;
  if (type === 'Sequence' && Array.isArray(pretokenizers)) {
    return { ...(part as Json), pretokenizers: pretokenizers.map(splitsByMatching) };
  }
  if (type !== 'Split') return part;
  // The library splits at a text with a group around it, which keeps the text; at a pattern it does not.
  const { String: text, Regex: regex } = Object(pattern) as { String?: string; Regex?: string };
  const match = text === undefined ? `(?:${regex})` : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  if (text !== undefined && !invert && String(behavior).toLowerCase() === 'removed') {
    return { ...(part as Json), pattern: { Regex: match } };
  }
  const gap = `(?:(?!${match})[\\s\\S])`;
  const matchFirst = `${match}${gap}*|${gap}+`;
  const gapFirst = `${gap}*${match}|${gap}+`;
  // Inverted, the gaps are the delimiters. What the library does itself is left to it.
  const kept = {
    isolated: invert ? `${match}|${gap}+` : undefined,
    mergedwithprevious: invert ? matchFirst : gapFirst,
    mergedwithnext: invert ? gapFirst : matchFirst,
    contiguous: `(?:${match})+|${gap}+`,
  }[String(behavior).toLowerCase()];
  return kept === undefined ? part : { type, pattern: { Regex: kept }, behavior: 'Removed', invert: true };
}

/** Whole words as a `WordPiece` whose words never go on: a word that is not listed is the unknown one, not left out. */
function wordsAsPieces(model: Json): Json {
  if (Object(model).type !== 'WordLevel') return model;
  const listed = Object.keys(Object(model.vocab));
  return {
    ...model,
    type: 'WordPiece',
    continuing_subword_prefix: '\u0000',
    // A longer one is unknown at once; to try its every beginning would take the square of its length.
    max_input_chars_per_word: listed.reduce((most, word) => Math.max(most, word.length), 0),
  };
}

/** Throws where a stage has no pattern that can be read: the library would do without it and lose text. */
export function checkPatterns({ normalizer, pre_tokenizer, decoder }: Json): void {
  for (const stage of [normalizer, pre_tokenizer, decoder]) checkPattern(stage);
}

function checkPattern(stage: unknown): void {
  for (const [key, value] of Object.entries(Object(stage) as Json)) {
    const { String: text, Regex: regex } = Object(value) as Json;
    if (key === 'pattern' && typeof text !== 'string' && typeof regex !== 'string') {
      throw new Error(`it has a ${shown((stage as Json).type)} whose pattern is ${shown(value)}.`);
    }
    if (typeof value === 'object') checkPattern(value);
  }
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
}

/** Added tokens that stand only where a word begins and ends; the library puts them into the middle of words too. */
export const singleWords = (json: Json): AddedToken[] =>
  (Array.isArray(json.added_tokens) ? json.added_tokens : []).filter((token) => Object(token).single_word === true);

/** Throws where single words cannot be told apart before the library has changed the text, or its place in it counts. */
export function checkSingleWords(json: Json, tokens: readonly AddedToken[]): void {
  if (tokens.length === 0) return;
  const placed = JSON.stringify([json.normalizer, json.pre_tokenizer]).includes('"first"');
  if (placed || tokens.some((t) => (t.normalized ?? true) && json.normalizer)) {
    throw new Error(
      `its added token "${tokens[0]!.content}" is a single word, which is not supported beside its normalizer.`,
    );
  }
}

/** What Rust's `\w` takes for part of a word. */
const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** A text as single words by their ids and what is between them. */
export function* aroundSingleWords(text: string, tokens: readonly AddedToken[]): Generator<string | number> {
  if (tokens.length === 0) {
    yield text;
    return;
  }
  const byLength = [...tokens].sort((a, b) => b.content.length - a.content.length);
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const token = byLength.find(
      ({ content }) => content !== '' && text.startsWith(content, at) && isWord(text, at, content),
    );
    if (!token) continue;
    const before = text.slice(from, at);
    yield token.lstrip ? before.trimEnd() : before;
    yield token.id;
    at += token.content.length;
    if (token.rstrip) while (/\s/.test(text[at] ?? '')) at++;
    from = at--;
  }
  yield text.slice(from);
}

function isWord(text: string, at: number, content: string): boolean {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1);
  const after = [...text.slice(at + content.length, at + content.length + 2)][0];
  return !(before && WORD.test(before)) && !(after && WORD.test(after));
}

/**
 * Ids that decode to the text they are of: a byte order mark that begins a run of byte tokens is doubled, since the
 * library's decoder takes the first away.
 */
export function keepingMarks(ids: readonly number[], idOf: (token: string) => number | undefined): readonly number[] {
  const mark = ['<0xEF>', '<0xBB>', '<0xBF>'].map(idOf);
  if (mark.includes(undefined) || !ids.includes(mark[0]!)) return ids;
  const bytes = new Set(
    Array.from({ length: 256 }, (_, b) => idOf(`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`)),
  );
  return ids.flatMap((id, i) => {
    const begins = i === 0 || !bytes.has(ids[i - 1]!);
    return begins && mark.every((byte, k) => ids[i + k] === byte) ? [...(mark as number[]), id] : [id];
  });
}
