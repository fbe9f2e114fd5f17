import { LopperError } from '../errors';
import { rstrip } from './python-text';

/** What the harness's rule needs of a tokenizer. */
export interface PairEncoder {
  /** Ids of a text, with a BOS in front where the tokenizer (or the person) adds one. */
  readonly encode: (text: string) => readonly number[];
  /** Stands for an empty context: the id of BOS, or of EOS where there is none. */
  readonly prefixId: number;
}

/** A context and a continuation as token ids. */
export interface EncodedPair {
  readonly context: readonly number[];
  readonly continuation: readonly number[];
}

/**
 * Ids of a context and its continuation by the field's rule (lm-evaluation-harness, `TemplateLM._encode_pair`):
 * trailing white space of the context moves to the continuation, both are encoded together, and the continuation is
 * what follows as many tokens as the context alone takes. Throws `benchmark-invalid` where nothing is left of either,
 * which happens when a merge reaches over the boundary.
 */
export function encodePair(context: string, continuation: string, { encode, prefixId }: PairEncoder): EncodedPair {
  const pair = context === '' ? encodeAlone(continuation, encode, prefixId) : encodeBoth(context, continuation, encode);
  if (pair.context.length > 0 && pair.continuation.length > 0) return pair;
  throw new LopperError(
    'benchmark-invalid',
    `After "${context.slice(-40)}" no token is left of the ${pair.context.length > 0 ? 'answer' : 'context'}: "${continuation.slice(0, 40)}".`,
    'Begin the answer with a space, or leave this item out.',
  );
}

function encodeBoth(context: string, continuation: string, encode: PairEncoder['encode']): EncodedPair {
  const whole = encode(context + continuation);
  const head = encode(rstrip(context));
  return { context: head, continuation: whole.slice(head.length) };
}

function encodeAlone(continuation: string, encode: PairEncoder['encode'], prefixId: number): EncodedPair {
  const ids = encode(continuation);
  return ids[0] === prefixId
    ? { context: ids.slice(0, 1), continuation: ids.slice(1) }
    : { context: [prefixId], continuation: ids };
}

/**
 * The pair as one sequence the model can read: the last `maxLength + 1` tokens, of which the last is only a target.
 * `ids[scoreFrom..]` are scored, each from the token before it; `cut` tokens were lost on the left. Throws
 * `prompt-too-long` when not even the continuation fits.
 */
export function cutPair(
  { context, continuation }: EncodedPair,
  maxLength: number,
): { ids: number[]; scoreFrom: number; cut: number } {
  if (continuation.length > maxLength) {
    throw tooLong(`An answer of ${continuation.length} tokens does not fit the model's ${maxLength}.`);
  }
  const ids = [...context, ...continuation].slice(-(maxLength + 1));
  return {
    ids,
    scoreFrom: ids.length - continuation.length,
    cut: Math.max(context.length + continuation.length - maxLength - 1, 0),
  };
}

/**
 * A prompt to be continued: its last tokens, so many that `maxTokens` new ones fit beside them in `maxLength`. Throws
 * `prompt-too-long` when that leaves no room for a prompt.
 */
export function cutPrompt(
  ids: readonly number[],
  maxLength: number,
  maxTokens: number,
): { ids: number[]; cut: number } {
  const room = maxLength - maxTokens;
  if (room <= 0) throw tooLong(`${maxTokens} new tokens leave no room for a prompt in the model's ${maxLength}.`);
  return { ids: ids.slice(-room), cut: Math.max(ids.length - room, 0) };
}

const tooLong = (message: string) =>
  new LopperError('prompt-too-long', message, 'Use a model with a longer context, or leave this item out.');
