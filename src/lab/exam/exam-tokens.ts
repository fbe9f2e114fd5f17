import type { Request } from '../../benchmarks/task';
import type { Tokenizer } from '../../formats/tokenizer';
import type { Exam } from './exam';

/** Tokens of requests: those that go through the model, and those whose logits are read. */
export interface Tokens {
  readonly tokens: number;
  readonly scored: number;
}

/** Items whose tokens are counted where about will do. */
const COUNTED = 64;

/** Of an item's requests, a context that several share counted once. What is written counts in full. */
export function tokensOf(requests: readonly Request[], tokenizer: Pick<Tokenizer, 'encode'>): Tokens {
  const contexts = new Map<string, number>();
  let [tokens, scored] = [0, 0];
  for (const request of requests) {
    if (request.kind === 'tokens') {
      tokens += request.ids.length;
      scored += request.ids.length - 1;
      continue;
    }
    const known = contexts.get(request.context);
    const own = known ?? tokenizer.encode(request.context).length;
    if (known === undefined) tokens += own;
    contexts.set(request.context, own);
    if (request.kind === 'score') {
      const more = tokenizer.encode(request.context + request.continuation).length - own;
      tokens += more;
      scored += more;
    }
  }
  return { tokens, scored };
}

/** Of a whole exam, about: as many as in items from all of it, and no answer in writing shorter than it may be. */
export function aboutTokens({ task, items, examples }: Exam, tokenizer: Pick<Tokenizer, 'encode'>): Tokens {
  const step = Math.max(1, items.length / COUNTED);
  const places = Array.from({ length: Math.min(items.length, COUNTED) }, (_, i) => Math.floor(i * step));
  const each = places.map((place) => {
    const requests = task.requests(items[place]!, [...examples[place]!]);
    const { tokens, scored } = tokensOf(requests, tokenizer);
    const written = requests.reduce((sum, request) => sum + (request.kind === 'generate' ? request.maxTokens : 0), 0);
    return { tokens: tokens + written, scored: scored + written };
  });
  const all = (of: (one: Tokens) => number) =>
    Math.round((each.reduce((sum, one) => sum + of(one), 0) * items.length) / Math.max(1, each.length));
  return { tokens: all((one) => one.tokens), scored: all((one) => one.scored) };
}
