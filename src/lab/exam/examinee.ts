import type { EngineContract } from '../../engine/contract';
import type { Tokenizer } from '../../formats/tokenizer';
import type { EvalRequest } from '../contract';
import { encode, needTokenizer, type OpenModel } from '../place/model';
import { type Wording, wordingOf } from './wording';

/** What asking needs of the open model. */
export interface Examinee {
  readonly engine: EngineContract;
  readonly tokenizer: Tokenizer;
  readonly eosIds: readonly number[];
  readonly wording: Wording;
}

/** The model as benchmarks ask it: their texts become ids as all others do. Throws `tokenizer-missing`. */
export function examinee(model: OpenModel, words: Pick<EvalRequest, 'bos' | 'chat'> = {}): Examinee {
  const tokenizer: Tokenizer = { ...needTokenizer(model), encode: (text, how) => encode(model, text, how) };
  return { ...model, tokenizer, wording: wordingOf(tokenizer, words) };
}
