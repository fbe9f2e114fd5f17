import { cutPair, cutPrompt, encodePair } from '../../benchmarks/encode-pair';
import type { Item, Outcome, Request, Task } from '../../benchmarks/task';
import type { Sequence } from '../../engine/tree';
import { LopperError } from '../../errors';
import type { Wording } from './wording';

/** An item in tokens, whose continuations are scored. */
export interface ScoredQuestion {
  readonly kind: 'scored';
  /** Of each request, in order. */
  readonly sequences: readonly Sequence[];
  /** Whether tokens were lost on the left to fit the context. */
  readonly cut: boolean;
}

/** An item in tokens, answered in writing. */
export interface WrittenQuestion {
  readonly kind: 'written';
  readonly ids: readonly number[];
  readonly stop: readonly string[];
  readonly maxTokens: number;
  readonly cut: boolean;
}

export type Question = ScoredQuestion | WrittenQuestion;

/** What came of a question, asked of one branch. */
export interface Reply {
  /** Of the item in its exam. */
  readonly place: number;
  readonly branch: number;
  readonly cut: boolean;
  /** Of each request; undefined where the model's numbers were not finite. */
  readonly outcomes: readonly Outcome[] | undefined;
}

/** Contexts whose ids are kept: the choices of an item share theirs. */
const KEPT_ENCODINGS = 8;

/** What turning items into tokens needs to know of the model. */
export interface QuestionModel {
  readonly wording: Wording;
  /** Tokens. */
  readonly context: number;
  /** Stands for an empty context: the id of BOS, or of EOS where there is none. */
  readonly prefixId: number;
}

/** Turns items into tokens by the field's rules. */
export class QuestionMaker {
  readonly #kept = new Map<string, readonly number[]>();

  constructor(
    readonly model: QuestionModel,
    readonly task: Task,
  ) {}

  /** Throws `benchmark-invalid` and `prompt-too-long` for an item that this model cannot be asked. */
  make(item: Item, examples: readonly Item[]): Question {
    const requests = this.#requests(item, examples);
    const [first] = requests;
    if (first?.kind === 'generate') {
      if (requests.length > 1) throw new TypeError('an item that is answered in writing has exactly one prompt');
      const { context, stop, maxTokens } = first;
      const ids = this.#encode(this.model.wording.context(context));
      const { ids: fitting, cut } = cutPrompt(ids, this.model.context, maxTokens);
      return { kind: 'written', ids: fitting, stop, maxTokens, cut: cut > 0 };
    }
    const parts = requests.map((request) => this.#sequence(request));
    // No row for a last token, which is only a target: four answers of one token cost one row between them.
    const sequences = parts.map(({ ids, scoreFrom }) => ({ ids, scoreFrom, endIsTarget: true }));
    return { kind: 'scored', sequences, cut: parts.some((p) => p.cut > 0) };
  }

  /** The requests after as many examples as the task lets a prompt take. */
  #requests(item: Item, examples: readonly Item[]): readonly Request[] {
    const { maxPromptTokens } = this.task;
    for (let shots = examples.length; ; shots--) {
      const requests = this.task.requests(item, [...examples.slice(0, shots)]);
      const [first] = requests;
      if (shots === 0 || maxPromptTokens === undefined || !first || first.kind === 'tokens') return requests;
      if (this.#encode(this.model.wording.context(first.context)).length <= maxPromptTokens) return requests;
    }
  }

  #sequence(request: Request): { ids: readonly number[]; scoreFrom: number; cut: number } {
    const { wording, context, prefixId } = this.model;
    if (request.kind === 'generate') throw new TypeError('an item is either scored or answered in writing');
    if (request.kind === 'tokens') return { ids: request.ids, scoreFrom: 1, cut: 0 };
    const encode = (text: string) => this.#encode(text);
    const [before, after] = [wording.context(request.context), wording.continuation(request.continuation)];
    if (!request.alone) return cutPair(encodePair(before, after, { encode, prefixId }), context);
    return cutPair({ context: encode(before), continuation: encode(after).slice(-1) }, context);
  }

  #encode(text: string): readonly number[] {
    const ids = this.#kept.get(text) ?? this.model.wording.encode(text);
    if (this.#kept.size >= KEPT_ENCODINGS) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(text, ids);
    return ids;
  }
}

/** Whether an error concerns one item only, so that the run goes on without it. */
export const isAboutItem = (error: unknown): error is LopperError =>
  error instanceof LopperError && ['benchmark-invalid', 'prompt-too-long'].includes(error.code);
