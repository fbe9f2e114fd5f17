import type { TokenInfluenceReport, TokenInfluenceRequest } from '../contract';
import { measureTokens } from '../measure/token-influence';
import { encode, needTokenizer } from '../place/model';
import { fractionMeter } from '../running/progress';
import type { Job } from './job';

/** Which tokens of a text make each unit matter. Throws `prompt-too-long` beyond the context. */
export const tokenInfluence: Job<TokenInfluenceRequest, TokenInfluenceReport> = {
  async run({ model }, { text, metric }, { signal, onProgress }) {
    const tokenizer = needTokenizer(model);
    const ids = encode(model, text);
    const meter = fractionMeter(onProgress, 'Influence by token');
    const measured = await measureTokens(model.engine, ids, metric, { signal, onProgress: meter });
    return { ...measured, tokens: ids.map((id) => tokenizer.tokenText(id)) };
  },
};
