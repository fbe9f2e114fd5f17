import type { Branch } from '../../engine/branch';
import type { DecoderContract, EngineContract } from '../../engine/contract';
import { LopperError, throwIfCancelled } from '../../errors';
import type { Tokenizer } from '../../formats/tokenizer';
import { seeded } from '../../random';
import type { GenerateEvent, GenerateReport, GenerateRequest } from '../contract';
import { breath } from '../running/breath';
import { notFinite } from '../running/finite';
import { argmax, likeliest, sample } from './sample';

/** How many of the likeliest tokens are shown at each step. */
const TOP_TOKENS = 10;
/** Prompt tokens decoded before the new ones, so that a decoder which trims the start of a text trims the prompt's. */
const LEAD_TOKENS = 8;

export interface GenerateSettings {
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed: number;
  readonly eosIds: readonly number[];
  readonly tokenizer: Pick<Tokenizer, 'decode' | 'tokenText'>;
  readonly signal?: AbortSignal;
  readonly onToken?: (event: GenerateEvent) => void;
  /** New tokens of all branches so far. */
  readonly onStep?: (done: number) => void;
}

/**
 * Continues one prompt on every branch, a token of each in turn, so that they can be read side by side. What is told of a
 * token is worked out while the adapter is at the next one. Every branch draws from the same seed. Throws `prompt-empty`,
 * `prompt-too-long`, `not-finite` and `cancelled`.
 */
export async function continuePrompt(
  engine: EngineContract,
  branches: readonly Branch[],
  prompt: readonly number[],
  settings: GenerateSettings,
): Promise<GenerateReport> {
  const { maxTokens, temperature, signal } = settings;
  checkPrompt(prompt, engine.model.context);
  const limit = Math.min(maxTokens, engine.model.context - prompt.length);
  const runs: Run[] = [];
  try {
    for (const [index, branch] of branches.entries()) {
      const started = performance.now();
      const asked = limit - 1; // nothing is asked after the last token
      const decoder = await engine.decoder(branch, [prompt], asked, { signal, greedy: temperature === 0 });
      runs.push(new Run(index, branch, decoder, performance.now() - started, prompt, settings));
    }
    let done = 0;
    let since = performance.now();
    for (let step = 0; runs.some((run) => !run.stopped); step++) {
      for (const run of runs) {
        if (run.stopped) continue;
        throwIfCancelled(signal);
        const tell = run.choose(step + 1 === limit ? (limit < maxTokens ? 'context' : 'length') : undefined);
        if (!run.stopped) await run.begin(signal);
        tell();
        settings.onStep?.(++done);
        await run.come;
        // From one that has come to the next: of two at work at once each counts as long as it was the first to wait for.
        const now = performance.now();
        if (!run.stopped) run.milliseconds.push(now - since);
        since = now;
      }
    }
    return { branches: runs.map((run) => run.report()) };
  } finally {
    // None is left behind on its way.
    await Promise.allSettled(runs.map((run) => run.come));
    for (const run of runs) run.decoder.dispose();
  }
}

function checkPrompt(prompt: readonly number[], context: number) {
  if (prompt.length === 0) throw emptyPrompt();
  if (prompt.length < context) return;
  throw new LopperError(
    'prompt-too-long',
    `The prompt is ${prompt.length} tokens long; this model's context is ${context} tokens.`,
    `Shorten it to ${context - 1} tokens or fewer, so that there is room to continue.`,
  );
}

/** Throws `prompt-empty`, or `usage` for a number that makes no sense. */
export function checkSettings({ prompt, maxTokens, temperature, seed }: Omit<GenerateRequest, 'masks'>): void {
  if (prompt === '') throw emptyPrompt();
  const usage = (what: string, remedy: string) => new LopperError('usage', what, remedy);
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw usage(`The number of new tokens is ${maxTokens}.`, 'Give a whole number of 1 or more.');
  }
  if (!Number.isFinite(temperature) || temperature < 0) {
    throw usage(`The temperature is ${temperature}.`, 'Give 0 for the likeliest token each time, or a number above 0.');
  }
  if (!Number.isInteger(seed)) throw usage(`The seed is ${seed}.`, 'Give a whole number.');
}

const emptyPrompt = () =>
  new LopperError('prompt-empty', 'The prompt is empty.', 'Write something for the model to continue.');

/** One branch of a generation: its decoder, what it has said, and how long its steps took. */
class Run {
  readonly ids: number[] = [];
  stopped?: 'end' | 'length' | 'context';
  /** Of each step. */
  readonly milliseconds: number[] = [];
  /** The step that was begun last. */
  come: Promise<void> = Promise.resolve();
  readonly #random: () => number;
  readonly #lead: readonly number[];

  constructor(
    readonly index: number,
    readonly branch: Branch,
    readonly decoder: DecoderContract,
    readonly prefillMs: number,
    readonly prompt: readonly number[],
    readonly settings: GenerateSettings,
  ) {
    this.#random = seeded(settings.seed);
    this.#lead = prompt.slice(-LEAD_TOKENS);
  }

  /**
   * Takes the next token from the logits at hand; `lastStop` says why this must be the last, if it must. What is returned
   * tells of it, which may be done while the next is on its way.
   */
  choose(lastStop?: 'length' | 'context'): () => void {
    const { temperature, eosIds, tokenizer, onToken } = this.settings;
    const logits = this.decoder.logits[0]!;
    const top = argmax(logits);
    if (top === undefined) throw notFinite(this.branch);
    const id = sample(logits, top, temperature, this.#random);
    this.stopped = eosIds.includes(id) ? 'end' : lastStop;
    this.ids.push(id);
    return () =>
      onToken?.({
        branch: this.index,
        id,
        text: this.text(),
        top: likeliest(logits, top, TOP_TOKENS).map((t) => ({ ...t, text: tokenizer.tokenText(t.id) })),
      });
  }

  /**
   * Begins the step after the token chosen last. Resolves once the adapter has been asked for all of it, or soon after where
   * that takes longer, as with weights that are read meanwhile. What becomes of it is told by `come`.
   */
  async begin(signal?: AbortSignal): Promise<void> {
    const begun = this.decoder.begin([{ sequence: 0, id: this.ids.at(-1)! }], signal);
    this.come = begun.then(({ come }) => come);
    this.come.catch(() => undefined);
    await Promise.race([begun.catch(() => undefined), breath()]);
  }

  /** All new text, without the token that ended it. Decoded as a whole behind the end of the prompt: a token may end inside a character. */
  text(): string {
    const { decode } = this.settings.tokenizer;
    const lead = decode(this.#lead);
    const said = this.stopped === 'end' ? this.ids.slice(0, -1) : this.ids;
    const whole = decode([...this.#lead, ...said]);
    return whole.startsWith(lead) ? whole.slice(lead.length) : decode(said);
  }

  report(): GenerateReport['branches'][number] {
    const steps = this.milliseconds; // the first token comes from the prompt's own pass
    return {
      text: this.text(),
      ids: this.ids,
      stopped: this.stopped ?? 'length',
      promptTokens: this.prompt.length,
      tokensPerSecond: steps.length > 0 ? (1000 * steps.length) / steps.reduce((sum, ms) => sum + ms, 0) : 0,
      stepMilliseconds: steps,
      prefillTokensPerSecond: (1000 * this.prompt.length) / this.prefillMs,
    };
  }
}
