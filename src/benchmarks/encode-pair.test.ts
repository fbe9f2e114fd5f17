import fc from 'fast-check';
import { expect, type TestContext, test } from 'vitest';
import { LopperError } from '../errors';
import { parseTokenizer } from '../formats/tokenizer';
import { cutPair, cutPrompt, encodePair } from './encode-pair';
import { strip } from './python-text';
import { shared, sharedJson } from './testing';

/** stories260K's own tokenizer, with and without its BOS. */
function tokenizer(context: TestContext) {
  const own = parseTokenizer({
    tokenizer: shared('models/stories260K/tokenizer.json', context),
    config: shared('models/stories260K/tokenizer_config.json', context),
  });
  return {
    bos: (text: string) => own.encode(text, { bos: true }),
    no_bos: (text: string) => own.encode(text, { bos: false }),
  };
}

interface Encoded {
  context_ids: number[];
  continuation_ids: number[];
  n_cut?: number;
  error?: string;
}

test('pairs are encoded as the harness encodes them, with and without BOS', (context) => {
  const golden = sharedJson<{
    max_length: number;
    cases: { context: string; continuation: string; bos: Encoded; no_bos: Encoded }[];
  }>('benchmarks/requests/encode_pairs.json', context);
  const encoders = tokenizer(context);
  let refused = 0;
  for (const c of golden.cases) {
    for (const which of ['bos', 'no_bos'] as const) {
      const expected = c[which];
      const encode = () => encodePair(c.context, c.continuation, { encode: encoders[which], prefixId: 1 });
      if (expected.error) {
        expect(encode, c.context).toThrow(expect.objectContaining({ code: 'benchmark-invalid' }));
        refused++;
        continue;
      }
      const pair = encode();
      expect([pair.context, pair.continuation], c.context).toEqual([expected.context_ids, expected.continuation_ids]);
      const { ids, scoreFrom, cut } = cutPair(pair, golden.max_length);
      expect(cut).toBe(expected.n_cut);
      expect(ids.slice(scoreFrom)).toEqual(expected.continuation_ids);
      expect(ids).toEqual([...expected.context_ids, ...expected.continuation_ids].slice(expected.n_cut));
    }
  }
  expect(refused).toBe(3);
});

test('whole benchmark requests give the harness’s input ids, cut where they are too long', (context) => {
  const encoders = tokenizer(context);
  let cutSome = 0;
  for (const task of ['mmlu_abstract_algebra', 'mmlu_professional_law', 'arc_easy', 'piqa', 'hellaswag']) {
    const golden = sharedJson<{
      cases: { doc_index: number; num_fewshot: number; requests: { context: string; continuation: string }[] }[];
      model_scores: {
        doc_index: number;
        num_fewshot: number;
        requests: { n_cut: number; input_ids: number[]; continuation_ids: number[] }[];
      }[];
    }>(`benchmarks/requests/${task}.json`, context);
    for (const scored of golden.model_scores) {
      const asked = golden.cases.find((c) => c.doc_index === scored.doc_index && c.num_fewshot === scored.num_fewshot)!;
      scored.requests.forEach((expected, i) => {
        const { context: before, continuation } = asked.requests[i]!;
        const pair = cutPair(encodePair(before, continuation, { encode: encoders.bos, prefixId: 1 }), 512);
        // The last token is a target only: the model never reads it.
        expect(pair.ids.slice(0, -1)).toEqual(expected.input_ids);
        expect(pair.ids.slice(pair.scoreFrom)).toEqual(expected.continuation_ids);
        expect(pair.cut).toBe(expected.n_cut);
        if (pair.cut > 0) cutSome++;
      });
    }
  }
  expect(cutSome).toBeGreaterThan(0);
});

test('prompts to be continued keep room for the answer, as in the harness', (context) => {
  type Prompted = {
    doc_index: number;
    num_fewshot: number;
    max_gen_toks: number;
    input_ids: number[];
    n_context: number;
  };
  const { cases } = sharedJson<{ cases: Prompted[] }>('benchmarks/requests/gsm8k_generation.json', context);
  const asked = sharedJson<{
    cases: { doc_index: number; num_fewshot: number; requests: { context: string }[] }[];
  }>('benchmarks/requests/gsm8k.json', context).cases;
  const encoders = tokenizer(context);
  for (const c of cases) {
    const request = asked.find((a) => a.doc_index === c.doc_index && a.num_fewshot === c.num_fewshot)!.requests[0]!;
    const whole = encoders.bos(request.context);
    expect(whole).toHaveLength(c.n_context);
    expect(cutPrompt(whole, 512, c.max_gen_toks)).toEqual({
      ids: c.input_ids,
      cut: c.n_context - c.input_ids.length,
    });
  }
});

test('what is cut and what is scored adds up at every length', () => {
  const ids = fc.array(fc.nat(500), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(ids, ids, fc.integer({ min: 1, max: 16 }), (context, continuation, maxLength) => {
      const run = () => cutPair({ context, continuation }, maxLength);
      if (continuation.length > maxLength) {
        expect(run).toThrow(LopperError);
        return;
      }
      const { ids, scoreFrom, cut } = run();
      expect([...context, ...continuation].slice(cut)).toEqual(ids);
      expect(ids.slice(scoreFrom)).toEqual(continuation);
      expect(scoreFrom).toBeGreaterThanOrEqual(1);
      expect(ids.length - 1).toBeLessThanOrEqual(maxLength);
    }),
  );
});

test('no room at all is an error, not an empty prompt', () => {
  expect(() => cutPrompt([1, 2, 3], 256, 256)).toThrow(expect.objectContaining({ code: 'prompt-too-long' }));
});

test('white space is Python’s, not JavaScript’s', () => {
  expect(strip('\x1c\x85\u3000 a b \u2028\n')).toBe('a b');
  expect(strip('\uFEFFa\uFEFF')).toBe('\uFEFFa\uFEFF');
  expect(strip(' \n')).toBe('');
});
