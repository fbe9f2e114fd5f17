import type { Branch } from '../../engine/branch';
import type { LopperError } from '../../errors';
import type { EvalAnswer, EvalItem, EvalReport } from '../contract';
import { notFinite } from '../running/finite';
import { AnswerBook, type Answers } from './evaluate-answers';
import { askPairs } from './evaluate-pairs';
import { askPrompts } from './evaluate-prompts';
import { countedItem, Tally } from './evaluate-report';
import type { Exam } from './exam';
import type { Examinee } from './examinee';
import { isAboutItem, type Question, QuestionMaker, type Reply } from './questions';

/** Items that have to fail, with none that does not, before a run is given up. */
const HOPELESS = 8;

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  /** Items done; a part of an item counts. Called first with those whose answers were known. */
  readonly onProgress?: (items: number) => void;
  readonly onItem?: (item: EvalItem, soFar: EvalReport) => void;
  /** Answers known already, by branch; new ones are added. Equal branches have the same. */
  readonly answers?: readonly Answers[];
}

/**
 * Asks every branch every item whose answer is not known, and scores the answers. Throws `not-finite` where no branch
 * gives usable numbers, `cancelled`, and what tasks throw.
 */
export async function evaluateExam(
  model: Examinee,
  exam: Exam,
  branches: readonly Branch[],
  options: EvaluateOptions = {},
): Promise<EvalReport> {
  const run = new Run(model, exam, branches, options);
  await run.ask();
  return run.tally.final();
}

class Run {
  readonly tally: Tally;
  readonly #answers: readonly Answers[];
  /** Each branch once, with its answers. */
  readonly #distinct: readonly { readonly branch: Branch; readonly answers: Answers }[];
  readonly #maker: QuestionMaker;
  /** Answers given, of one for each item and distinct branch. */
  #given = 0;
  readonly #passedOver = new Map<number, LopperError>();
  /** Answers last told of, those under way counted in part: what is told never goes back. */
  #told = 0;

  constructor(
    readonly model: Examinee,
    readonly exam: Exam,
    readonly branches: readonly Branch[],
    readonly options: EvaluateOptions,
  ) {
    const { engine, tokenizer, eosIds, wording } = model;
    const book = new AnswerBook();
    this.#answers = options.answers ?? branches.map((branch) => book.of('', branch));
    this.#distinct = [...new Set(this.#answers)].map((answers) => {
      return { answers, branch: branches[this.#answers.indexOf(answers)]! };
    });
    const prefixId = tokenizer.bosId ?? eosIds[0] ?? 0;
    this.#maker = new QuestionMaker({ wording, context: engine.model.context, prefixId }, exam.task);
    this.tally = new Tally(exam, branches.length, wording);
  }

  async ask(): Promise<void> {
    const { items, task } = this.exam;
    const places = [...items.keys()].filter((place) => !this.#settle(place));
    for (const place of items.keys()) this.#given += this.#distinct.length - this.#lacking(place).length;
    this.#tell();
    const written = (place: number) => task.requests(items[place]!, [])[0]?.kind === 'generate';
    await this.#score(places.filter((place) => !written(place)));
    await this.#write(places.filter(written));
    this.#giveUp(1);
    const [problem] = this.#passedOver.values();
    if (problem && this.#passedOver.size === items.length) throw problem;
  }

  /** Scored items, those that lack the answers of the same branches together: they share walks. */
  async #score(places: readonly number[]): Promise<void> {
    const subject = (place: number) => this.exam.task.part?.(this.exam.items[place]!)?.subject ?? '';
    for (const alike of grouped(places, (place) => this.#lacking(place).join())) {
      const lacking = this.#lacking(alike[0]!);
      const branches = lacking.map((b) => this.#distinct[b]!.branch);
      // A subject's items one after the other: they begin with the same examples.
      const questions = this.#questions(grouped(alike, subject).flat(), 'scored');
      for await (const reply of askPairs(this.model.engine, questions, branches, this.#asking())) {
        this.#hear(reply, lacking[reply.branch]!);
      }
    }
  }

  async #write(places: readonly number[]): Promise<void> {
    const queues = this.#distinct.map(({ branch }, b) => {
      const mine = places.filter((place) => this.#lacking(place).includes(b));
      return { branch, questions: this.#questions(mine, 'written') };
    });
    for await (const reply of askPrompts(this.model, queues, this.#asking())) this.#hear(reply, reply.branch);
  }

  #asking() {
    return { signal: this.options.signal, onProgress: (underWay: number) => this.#tell(underWay) };
  }

  #tell(underWay = 0): void {
    this.#told = Math.max(this.#told, this.#given + underWay);
    this.options.onProgress?.(this.#told / this.#distinct.length);
  }

  /** Items in tokens, made as they are asked for. One that this model cannot be asked is passed over. */
  *#questions<K extends Question['kind']>(places: readonly number[], kind: K) {
    for (const place of places) {
      try {
        const question = this.#maker.make(this.exam.items[place]!, this.exam.examples[place]!);
        if (question.kind !== kind) throw new TypeError('an item is either scored or answered in writing');
        yield { place, question: question as Extract<Question, { kind: K }> };
      } catch (error) {
        if (!isAboutItem(error)) throw error;
        this.#passOver(place, error);
      }
    }
  }

  /** Branches, of the distinct ones, whose answer to an item is not known. */
  #lacking(place: number): number[] {
    const index = this.exam.indices[place]!;
    return [...this.#distinct.keys()].filter((b) => !this.#distinct[b]!.answers.has(index));
  }

  #hear({ place, cut, outcomes }: Reply, b: number): void {
    const { answers, branch } = this.#distinct[b]!;
    answers.set(this.exam.indices[place]!, this.#answer(place, branch, outcomes, cut));
    this.#given++;
    this.#settle(place);
    this.#tell();
    this.#giveUp(HOPELESS);
  }

  #answer(place: number, branch: Branch, outcomes: Reply['outcomes'], cut: boolean): EvalAnswer {
    const truncated = cut ? ({ truncated: true } as const) : {};
    if (!outcomes) {
      return { answer: '', correct: false, metrics: {}, failed: notFinite(branch).message, ...truncated };
    }
    const verdict = this.exam.task.score(this.exam.items[place]!, outcomes);
    const text = outcomes[0]?.text;
    if (text !== undefined) return { ...verdict, text, ...truncated };
    const [scores, greedy] = [outcomes.map((o) => o.logprob!), outcomes.map((o) => o.greedy!)];
    return { ...verdict, scores, greedy, ...truncated };
  }

  /** Counts and tells of an item all of whose answers are there. */
  #settle(place: number): boolean {
    const index = this.exam.indices[place]!;
    const answers = this.#answers.map((own) => own.get(index));
    if (answers.includes(undefined)) return false;
    const item = this.exam.items[place]!;
    const shown = this.exam.task.shown(item);
    const done: EvalItem = { index, gold: item.gold, shown, answers: answers as EvalAnswer[] };
    this.tally.add(done, countedItem(this.exam.task, item));
    const { onItem } = this.options;
    if (onItem) onItem(done, this.tally.report(false));
    return true;
  }

  #passOver(place: number, problem: LopperError): void {
    if (this.#passedOver.has(place)) return;
    this.#passedOver.set(place, problem);
    this.tally.passOver(this.exam.items[place]!, problem);
    this.#given += this.#lacking(place).length;
  }

  /** Ends a run in which no model gives usable numbers on so many items. */
  #giveUp(items: number): void {
    if (this.tally.hopeless(items)) throw notFinite(this.branches.at(-1)!);
  }
}

/** Values with the same key together, in the order in which their keys first come. */
function grouped(values: readonly number[], keyOf: (value: number) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups.values()];
}
