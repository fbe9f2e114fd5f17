import type { GenerateEvent, GenerateReport, GenerateRequest } from '../contract';
import { checkSettings, continuePrompt } from '../exam/generate';
import { encode, needTokenizer } from '../place/model';
import { ProgressMeter } from '../running/progress';
import { branchOfMask } from './desk';
import type { Job } from './job';

/** Continues a prompt with each mask, side by side, token by token. */
export const generate: Job<GenerateRequest, GenerateReport, { readonly onToken?: (event: GenerateEvent) => void }> = {
  async run({ model }, request, { signal, onProgress, onToken }) {
    checkSettings(request);
    const { prompt, masks, maxTokens } = request;
    const tokenizer = needTokenizer(model);
    const meter = new ProgressMeter(maxTokens * masks.length, 'steps', onProgress);
    const branches = masks.map((mask) => branchOfMask(model, mask));
    return continuePrompt(model.engine, branches, encode(model, prompt), {
      ...request,
      tokenizer,
      eosIds: model.eosIds,
      signal,
      onToken,
      onStep: (done) => meter.update(done, `Writing, ${done} tokens`),
    });
  },
};
