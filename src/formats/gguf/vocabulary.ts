import { LopperError } from '../../errors';
import { parseObject } from '../json';
import type { Metadata } from './container';

/** Ids that may be called otherwise: converters spell some added tokens anew, and name those that a table is padded with. */
const OTHERWISE = 0.01;

/**
 * Whether a tokenizer.json that lies beside a GGUF is that of the model: where both name an id, by the same token. Throws
 * `tokenizer-invalid`. One of another model would give ids that are there, and mean something else.
 */
export function checkVocabulary(file: string, metadata: Metadata, json: string): void {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (!Array.isArray(tokens)) return;
  const entries = entriesOf(json).filter(([, id]) => id < tokens.length);
  const others = entries.filter(([token, id]) => tokens[id] !== token);
  const [first] = others;
  if (!first || others.length <= OTHERWISE * entries.length) return;
  const [token, id] = first;
  throw new LopperError(
    'tokenizer-invalid',
    `tokenizer.json is not that of ${file}: it calls ${others.length} of ${entries.length} tokens otherwise, the first of them ${id}, ${JSON.stringify(token)}, which there is ${JSON.stringify(tokens[id])}.`,
    `Put the tokenizer.json that was published with this model beside ${file}, or take it away: most GGUF files have one inside.`,
  );
}

/** The vocabulary of a tokenizer.json, tokens with their ids: an object, or a list (Unigram). What is no such thing is empty. */
function entriesOf(json: string): [token: string, id: number][] {
  const { vocab } = Object(parseObject(json, 'tokenizer.json', 'tokenizer-invalid').model) as { vocab?: unknown };
  const entries: [unknown, unknown][] = Array.isArray(vocab)
    ? vocab.map((entry, id) => [Object(entry)[0], id])
    : Object.entries(Object(vocab));
  return entries.filter(
    (entry): entry is [string, number] => typeof entry[0] === 'string' && Number.isInteger(entry[1]),
  );
}
