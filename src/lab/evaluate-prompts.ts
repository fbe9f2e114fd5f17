import { cutPrompt } from '../benchmarks/encode-pair';
import { cutAtStop } from '../benchmarks/stop-strings';
import type { GenerateRequest, Outcome } from '../benchmarks/task';
import type { DropSet } from '../engine/contract';
import { throwIfCancelled } from '../errors';
import { kvBytesPerTokenPerBlock } from '../pruning/savings';
import type { Batch, Examinee } from './evaluate';
import { argmax } from './sample';
import { notFinite } from './score';

/** Prompts continued at once: a step costs about the same for sixteen as for one. */
const MAX_PROMPTS = 16;
/** The caches of a batch stay below this. */
const MAX_CACHE_BYTES = 256 * 2 ** 20;

interface Prompt extends GenerateRequest {
  readonly ids: readonly number[];
  readonly cut: boolean;
}

/** Items answered in writing, as many at once as their caches allow. */
export function* batchPrompts(model: Examinee, requests: readonly GenerateRequest[]): Generator<Batch> {
  const spec = model.engine.model;
  const tokenBytes = spec.blocks * kvBytesPerTokenPerBlock(spec, Float32Array.BYTES_PER_ELEMENT);
  let next = 0;
  while (next < requests.length) {
    const prompts: Prompt[] = [];
    let bytes = 0;
    while (next < requests.length && prompts.length < MAX_PROMPTS) {
      const request = requests[next]!;
      const { ids, cut } = cutPrompt(model.tokenizer.encode(request.context), spec.context, request.maxTokens);
      const own = (ids.length + request.maxTokens) * tokenBytes;
      if (prompts.length > 0 && bytes + own > MAX_CACHE_BYTES) break;
      prompts.push({ ...request, ids, cut: cut > 0 });
      bytes += own;
      next++;
    }
    yield {
      cut: prompts.map((p) => p.cut),
      async run(branches, signal, onProgress) {
        const answers: Outcome[][][] = [];
        for (const [b, dropped] of branches.entries()) {
          const texts = await continuePrompts(model, prompts, dropped, {
            signal,
            onProgress: (fraction) => onProgress?.((b + fraction) / branches.length),
          });
          answers.push(texts.map((text) => [{ text }]));
        }
        return answers;
      },
    };
  }
}

/** Greedy continuations up to each prompt's first stop string, an end token or its length. */
async function continuePrompts(
  { engine, tokenizer, eosIds }: Examinee,
  prompts: readonly Prompt[],
  dropped: DropSet,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (fraction: number) => void },
): Promise<string[]> {
  const most = Math.max(...prompts.map((p) => p.maxTokens));
  const decoder = await engine.decoder(
    dropped,
    prompts.map((p) => p.ids),
    most,
    { signal },
  );
  try {
    const answers = prompts.map(() => ({ ids: [] as number[], text: '' }));
    let active = prompts.map((_, sequence) => sequence);
    for (let step = 1; ; step++) {
      throwIfCancelled(signal);
      const tokens: { sequence: number; id: number }[] = [];
      for (const sequence of active) {
        const logits = decoder.logits[sequence]!;
        if (!logits.every(Number.isFinite)) throw notFinite(dropped);
        const id = argmax(logits);
        if (eosIds.includes(id)) continue;
        const { stop, maxTokens } = prompts[sequence]!;
        const answer = answers[sequence]!;
        answer.ids.push(id);
        const text = tokenizer.decode(answer.ids);
        answer.text = cutAtStop(text, stop);
        if (answer.text.length === text.length && step < maxTokens) tokens.push({ sequence, id });
      }
      active = tokens.map((t) => t.sequence);
      const share = active.reduce((sum, sequence) => sum + step / prompts[sequence]!.maxTokens, 0);
      onProgress?.((prompts.length - active.length + share) / prompts.length);
      if (active.length === 0) return answers.map((a) => a.text);
      await decoder.step(tokens, signal);
    }
  } finally {
    decoder.dispose();
  }
}
