import type { Branch } from '../../engine/branch';
import type { EvalAnswer, KnownAnswers } from '../contract';

/** Exams whose answers are kept, and masks of each; the full model's answers are never the ones to go. */
const KEPT_EXAMS = 8;
const KEPT_MASKS = 24;

/** One mask's answers to one exam, by item index. */
export type Answers = Map<number, EvalAnswer>;

/** Answers given while a model is open: what was asked once is not asked again. */
export class AnswerBook {
  readonly #exams = new Map<string, Map<string, Answers>>();

  /** The answers of a branch to an exam, to be read and added to; the same branch has the same ones. */
  of(exam: string, branch: Branch): Answers {
    const masks = renewed(this.#exams, exam, () => new Map<string, Answers>());
    const answers = renewed(masks, branch.key, () => new Map());
    forgetOldest(this.#exams, KEPT_EXAMS, () => true);
    forgetOldest(masks, KEPT_MASKS, (mask) => mask !== '');
    return answers;
  }

  /** The same, with answers that are known from elsewhere. */
  with(exam: string, branch: Branch, known: KnownAnswers = {}): Answers {
    const answers = this.of(exam, branch);
    for (const [index, answer] of Object.entries(known)) {
      if (!answers.has(Number(index))) answers.set(Number(index), answer);
    }
    return answers;
  }

  clear(): void {
    this.#exams.clear();
  }
}

/** The entry of a key, now the youngest. */
function renewed<T>(entries: Map<string, T>, key: string, make: () => T): T {
  const entry = entries.get(key) ?? make();
  entries.delete(key);
  entries.set(key, entry);
  return entry;
}

function forgetOldest<T>(entries: Map<string, T>, most: number, mayGo: (key: string) => boolean): void {
  const oldest = [...entries.keys()].find(mayGo);
  if (entries.size > most && oldest !== undefined) entries.delete(oldest);
}
