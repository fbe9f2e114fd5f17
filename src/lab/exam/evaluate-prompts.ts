import { cutAtStop } from '../../benchmarks/stop-strings';
import type { Branch } from '../../engine/branch';
import type { DecoderContract, EngineContract } from '../../engine/contract';
import { LopperError, throwIfCancelled } from '../../errors';
import type { Tokenizer } from '../../formats/tokenizer';
import { kvBytesPerTokenPerBlock } from '../../pruning/savings';
import type { Reply, WrittenQuestion } from './questions';

/** Prompts continued at once: a step costs little more for many than for one. */
const MAX_PROMPTS = 32;
/** The caches of all branches stay below this, as long as one prompt fits. */
const MAX_CACHE_BYTES = 512 * 2 ** 20;
/** Prompts looked at to see what all of them share, and how long they are. */
const LOOK_AHEAD = 64;

interface Asked {
  readonly place: number;
  readonly question: WrittenQuestion;
}

/** What writing needs of the open model. */
export interface Writer {
  readonly engine: EngineContract;
  readonly tokenizer: Pick<Tokenizer, 'decode'>;
  readonly eosIds: readonly number[];
}

interface Options {
  readonly signal?: AbortSignal;
  /** Answers under way, each counted by how far it has come. */
  readonly onProgress?: (answers: number) => void;
}

/**
 * Has every branch answer its questions in writing, greedily, many at once: as one ends, the next begins in its place.
 * The branches take turns, a token of each of their texts at a time.
 */
export async function* askPrompts(
  model: Writer,
  queues: readonly { readonly branch: Branch; readonly questions: Iterable<Asked> }[],
  { signal, onProgress }: Options = {},
): AsyncGenerator<Reply> {
  const desks = queues.map((q) => new Desk(model, q.branch, q.questions, MAX_CACHE_BYTES / queues.length));
  try {
    while (desks.some((d) => d.busy)) {
      for (const [branch, desk] of desks.entries()) {
        throwIfCancelled(signal);
        for (const done of await desk.turn(signal)) yield { ...done, branch };
        onProgress?.(desks.reduce((sum, d) => sum + d.underWay, 0));
      }
    }
  } finally {
    for (const desk of desks) desk.dispose();
  }
}

interface Text extends Asked {
  readonly ids: number[];
  /** So far, up to the first stop string; undefined where the model gave no token. */
  text?: string;
}

type Written = Omit<Reply, 'branch'>;

/** Where one branch writes: its decoder, the texts under way and those that wait. */
class Desk {
  readonly #questions: Iterator<Asked>;
  readonly #waiting: Asked[] = [];
  readonly #texts = new Map<number, Text>();
  #decoder?: DecoderContract;
  /** Tokens that the longest text may have. */
  #length = 0;

  constructor(
    readonly model: Writer,
    readonly branch: Branch,
    questions: Iterable<Asked>,
    readonly cacheBytes: number,
  ) {
    this.#questions = questions[Symbol.iterator]();
    this.#lookAhead();
  }

  get busy(): boolean {
    return this.#texts.size > 0 || this.#waiting.length > 0;
  }

  /** Texts begun, each counted by how far it has come to its longest. */
  get underWay(): number {
    return [...this.#texts.values()].reduce((sum, t) => sum + t.ids.length / t.question.maxTokens, 0);
  }

  /** Begins what there is room for, and writes a token of every text. Gives those that ended. */
  async turn(signal?: AbortSignal): Promise<Written[]> {
    await this.#begin(signal);
    const ended: Written[] = [];
    const tokens: { sequence: number; id: number }[] = [];
    for (const [sequence, text] of this.#texts) {
      const id = this.#decoder!.likeliest[sequence];
      if (this.#goesOn(text, id)) {
        tokens.push({ sequence, id: id! });
        continue;
      }
      const { place, question } = text;
      ended.push({ place, cut: question.cut, outcomes: text.text === undefined ? undefined : [{ text: text.text }] });
      this.#texts.delete(sequence);
      this.#decoder!.remove(sequence);
    }
    await this.#decoder?.step(tokens, signal);
    return ended;
  }

  dispose(): void {
    this.#decoder?.dispose();
    this.#decoder = undefined;
    this.#length = 0;
  }

  /** Takes a token into a text. */
  #goesOn(text: Text, id: number | undefined): boolean {
    const { tokenizer, eosIds } = this.model;
    const { stop, maxTokens } = text.question;
    text.text = id === undefined ? undefined : (text.text ?? '');
    if (id === undefined || eosIds.includes(id)) return false;
    text.ids.push(id);
    const whole = tokenizer.decode(text.ids);
    text.text = cutAtStop(whole, stop);
    return text.text.length === whole.length && text.ids.length < maxTokens;
  }

  async #begin(signal?: AbortSignal): Promise<void> {
    this.#lookAhead();
    while (this.#waiting.length > 0) {
      const next = this.#fitting();
      const prompts = next.map(({ question }) => question.ids);
      const sequences =
        next.length > 0 ? await this.#decoder!.add(prompts, next[0]!.question.maxTokens, { signal }) : [];
      for (const sequence of sequences) this.#texts.set(sequence, { ...this.#waiting.shift()!, ids: [] });
      if (this.#texts.size > 0) return;
      await this.#open(signal); // nothing is under way, and what comes next does not fit the decoder there is
    }
  }

  /** The next that wait, as long as they are not too long for this decoder and may have as many tokens. */
  #fitting(): readonly Asked[] {
    const maxTokens = this.#waiting[0]!.question.maxTokens;
    const end = this.#waiting.findIndex(
      ({ question: q }) => q.maxTokens !== maxTokens || q.ids.length + maxTokens > this.#length,
    );
    return this.#waiting.slice(0, Math.min(MAX_PROMPTS, end < 0 ? MAX_PROMPTS : end));
  }

  /** A decoder for the prompts that wait, with what all of them share read in; a smaller one where memory is short. */
  async #open(signal?: AbortSignal): Promise<void> {
    this.dispose();
    const { engine } = this.model;
    const prompts = this.#waiting.map(({ question }) => question);
    const shared = sharedBeginning(prompts.map((p) => p.ids));
    const longest = Math.max(...prompts.map((p) => p.ids.length + p.maxTokens));
    const length = Math.min(engine.model.context, Math.ceil(longest / 64) * 64); // a little longer ones fit too
    const each = length - shared.length;
    const tokenBytes = engine.model.blocks * kvBytesPerTokenPerBlock(engine.model, Float32Array.BYTES_PER_ELEMENT);
    const affordable = Math.floor((this.cacheBytes / tokenBytes - shared.length) / each);
    for (let texts = Math.max(1, Math.min(MAX_PROMPTS, prompts.length, affordable)); ; texts >>= 1) {
      const capacity = { sequences: texts + 1, rows: shared.length + texts * each, length };
      const options = { capacity, likeliest: true, signal };
      try {
        this.#decoder = await engine.decoder(this.branch, shared.length > 0 ? [shared] : [], 0, options);
        this.#length = length;
        return;
      } catch (error) {
        if (texts === 1 || !(error instanceof LopperError) || error.code !== 'out-of-memory') throw error;
      }
    }
  }

  #lookAhead(): void {
    while (this.#waiting.length < LOOK_AHEAD) {
      const { value, done } = this.#questions.next();
      if (done) return;
      this.#waiting.push(value);
    }
  }
}

/** What all prompts begin with; nothing for a single one, which shares with none. */
function sharedBeginning([first = [], ...others]: readonly (readonly number[])[]): readonly number[] {
  let shared = others.length > 0 ? first.length - 1 : 0;
  for (const ids of others) {
    let same = 0;
    while (same < shared && ids[same] === first[same]) same++;
    shared = same;
  }
  return first.slice(0, shared);
}
