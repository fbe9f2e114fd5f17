import { accuracyOf, mcnemarExact, newcombePaired } from '../../benchmarks/statistics';
import type { Item, Task } from '../../benchmarks/task';
import type { LopperError } from '../../errors';
import type { Accuracy, CountedItem, EvalAnswer, EvalGroup, EvalItem, EvalReport, PairedDifference } from '../contract';
import type { Exam } from './exam';
import { RunningMean } from './running-mean';
import { tooFewToBeatChance, tooFewToCompare } from './too-few';

/** Problems that a report tells in full. */
const MOST_PROBLEMS = 20;

/** Items counted and right, by mask. */
type Counts = { n: number; correct: number }[];

/** What of an exam a report tells of. */
export type ToldExam = Pick<
  Exam,
  'task' | 'about' | 'shots' | 'seed' | 'window' | 'dataSha256' | 'problems' | 'notes' | 'available' | 'part'
> & { readonly items: { readonly length: number } };

/** What an item is counted under. */
export function countedItem(task: Task, asked: Item): CountedItem {
  const { subject, group } = task.part?.(asked) ?? {};
  return {
    chance: task.chanceOf?.(asked) ?? task.chance,
    ...(subject !== undefined && { subject }),
    ...(group !== undefined && { group }),
  };
}

/** What a run has come to so far: everything is counted as it comes, so that a report after every item costs little. */
export class Tally {
  readonly #items: { readonly item: EvalItem; readonly counted: CountedItem }[] = [];
  readonly #total: Counts;
  readonly #parts = new Map<
    string,
    { readonly name: string; readonly kind: EvalGroup['kind']; readonly counts: Counts }
  >();
  readonly #means: readonly (readonly RunningMean[])[];
  readonly #problems: EvalReport['problems'][number][];
  #unreadable: number;
  #passedOver = 0;
  #chance = 0;
  #truncated = 0;
  /** Items on which no model gave usable numbers. */
  #unusable = 0;
  readonly #failed: number[];
  /** The second mask against the first; a third against the first, then against the second. */
  readonly #pairs: readonly Pair[];

  constructor(
    readonly exam: ToldExam,
    readonly masks: number,
    readonly wording: { readonly bos: boolean; readonly chat: boolean },
  ) {
    this.#total = counts(masks);
    this.#pairs = PAIRS.filter((pair) => masks <= 3 && Math.max(...pair) < masks).map((pair) => new Pair(...pair));
    this.#failed = new Array(masks).fill(0);
    this.#means = exam.task.metrics.map((metric) => Array.from({ length: masks }, () => new RunningMean(metric)));
    this.#problems = exam.problems.slice(0, MOST_PROBLEMS);
    this.#unreadable = exam.problems.length;
  }

  /** Whether so many items were answered, and on none of them any model gave usable numbers. */
  hopeless(least: number): boolean {
    return this.#items.length >= least && this.#items.length === this.#unusable;
  }

  add(item: EvalItem, counted: CountedItem): void {
    const { task } = this.exam;
    const { answers } = item;
    this.#items.push({ item, counted });
    if (answers.every((a) => a.failed !== undefined)) this.#unusable++;
    this.#chance += counted.chance;
    if (answers.some((a) => a.truncated)) this.#truncated++;
    const into = [this.#total, ...this.#partsOf(counted)];
    for (const [mask, answer] of answers.entries()) {
      if (answer.failed !== undefined) {
        this.#failed[mask]!++;
        continue;
      }
      for (const counts of into) {
        counts[mask]!.n++;
        if (answer.correct) counts[mask]!.correct++;
      }
      for (const means of this.#means) means[mask]!.add(answer.metrics);
    }
    for (const pair of this.#pairs) pair.add(answers, task.metrics[0].name);
  }

  /** Counts an item that this model cannot be asked among the rows that are no items. */
  passOver({ file, line }: Pick<Item, 'file' | 'line'>, { message }: Pick<LopperError, 'message'>): void {
    this.#passedOver++;
    this.#unreadable++;
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ file, line, message });
  }

  /** The report on all items, added up in their order: the same to the bit, whatever order they were answered in. */
  final(): EvalReport {
    const ordered = new Tally(this.exam, this.masks, this.wording);
    const items = this.#items.toSorted((a, b) => a.item.index - b.item.index);
    for (const { item, counted } of items) ordered.add(item, counted);
    ordered.#problems.push(...this.#problems.slice(ordered.#problems.length));
    ordered.#unreadable = this.#unreadable;
    ordered.#passedOver = this.#passedOver;
    const { part } = this.exam;
    const kept = part && {
      ...part,
      counted: items.map(({ counted }) => counted),
      unreadable: this.exam.problems.length,
    };
    return { ...ordered.report(), ...(kept && { part: kept }) };
  }

  /** `items`: with the items themselves. */
  report(items = true): EvalReport {
    const { task, about, shots, seed, window, dataSha256 } = this.exam;
    const results = this.#total.map((count, mask) => this.#result(count, mask));
    const done = this.#items.length;
    const chance = done > 0 ? this.#chance / done : task.chance;
    return {
      ...{ task: task.name, about, metric: task.metrics[0].name, shots, chance },
      ...(seed === undefined ? {} : { seed }),
      results,
      metrics: Object.fromEntries(task.metrics.map(({ name }, i) => [name, this.#means[i]!.map((mean) => mean.get())])),
      ...this.#groups(),
      ...this.#compared(results, chance),
      items: items ? this.#items.map(({ item }) => item) : [],
      available: this.exam.available,
      truncated: this.#truncated,
      ...(this.#failed.some((n) => n > 0) ? { failed: [...this.#failed] } : {}),
      unreadable: this.#unreadable,
      problems: [...this.#problems],
      ...(this.exam.notes.length > 0 && { notes: this.exam.notes }),
      ...{ bos: this.wording.bos, chat: this.wording.chat, dataSha256 },
      ...(window === undefined ? {} : { window }),
      partial: done + this.#passedOver < this.exam.items.length,
    };
  }

  #partsOf({ subject, group }: CountedItem): Counts[] {
    if (subject === undefined) return [];
    const of = (name: string, kind: EvalGroup['kind']) => {
      const key = `${kind} ${name}`;
      const found = this.#parts.get(key) ?? { name, kind, counts: counts(this.masks) };
      this.#parts.set(key, found);
      return found.counts;
    };
    return [of(subject, 'subject'), ...(group === undefined ? [] : [of(group, 'group')])];
  }

  /** By subject and group, where there are several subjects. */
  #groups(): Pick<EvalReport, 'groups' | 'macro'> {
    const parts = [...this.#parts.values()];
    const subjects = parts.filter((p) => p.kind === 'subject');
    if (subjects.length < 2) return {};
    const groups = parts
      .sort((a, b) => (a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind < b.kind ? -1 : 1))
      .map(({ name, kind, counts }): EvalGroup => ({ name, kind, results: counts.map(accuracy) }));
    const macro = this.#total.map((_, mask) => {
      const counted = subjects.map(({ counts }) => counts[mask]!).filter(({ n }) => n > 0);
      return counted.reduce((sum, { n, correct }) => sum + correct / n, 0) / Math.max(1, counted.length);
    });
    return { groups, macro };
  }

  /** By the leading metric: a share of right answers, or a mean beside the number that count as right. */
  #result(count: Counts[number], mask: number): Accuracy {
    if (this.exam.task.metrics[0].kind !== 'mean') return accuracy(count);
    const { mean, interval } = this.#means[0]![mask]!.get();
    return { ...count, accuracy: mean, interval };
  }

  /** The second mask against the first, a third against both; and whether the items are enough to tell what is shown. */
  #compared(results: readonly Accuracy[], chance: number): Pick<EvalReport, 'difference' | 'third' | 'tooFew'> {
    const { kind } = this.exam.task.metrics[0];
    if (kind === 'perplexity') return {};
    const [difference, toFull, toPruned] = this.#pairs.map((pair) => pair.difference(kind));
    let tooFew: EvalReport['tooFew'];
    if (kind === 'share' && difference) tooFew = tooFewToCompare(this.#pairs[0]!.n, difference);
    else if (kind === 'share' && results.length === 1) tooFew = tooFewToBeatChance(results[0]!, chance);
    return {
      ...(difference && { difference }),
      ...(toFull && toPruned && { third: { toFull, toPruned } }),
      ...(tooFew && { tooFew }),
    };
  }
}

/** Masks that are held against each other: which, and against which. */
const PAIRS: readonly (readonly [second: number, first: number])[] = [
  [1, 0],
  [2, 0],
  [2, 1],
];

/** Two masks on the items that both answered. */
class Pair {
  /** Right by both, the first only, the second only, neither. */
  readonly #items = { both: 0, lost: 0, won: 0, neither: 0 };
  /** The second's leading metric less the first's. */
  readonly #change = new RunningMean({ name: 'change', kind: 'mean' });

  constructor(
    readonly second: number,
    readonly first: number,
  ) {}

  get n(): number {
    const { both, lost, won, neither } = this.#items;
    return both + lost + won + neither;
  }

  add(answers: readonly EvalAnswer[], metric: string): void {
    const [a, b] = [answers[this.first]!, answers[this.second]!];
    if (a.failed !== undefined || b.failed !== undefined) return;
    const outcome = a.correct ? (b.correct ? 'both' : 'lost') : b.correct ? 'won' : 'neither';
    this.#items[outcome]++;
    this.#change.add({ change: b.metrics[metric]! - a.metrics[metric]! });
  }

  difference(kind: 'share' | 'mean'): PairedDifference | undefined {
    const { n } = this;
    if (n === 0) return undefined;
    const { both, lost, won, neither } = this.#items;
    const shares = { mean: (won - lost) / n, interval: newcombePaired(both, lost, won, neither) };
    const { mean, interval } = kind === 'share' ? shares : this.#change.get();
    return { mean, interval, lost, won, p: mcnemarExact(lost, won) };
  }
}

const counts = (masks: number): Counts => Array.from({ length: masks }, () => ({ n: 0, correct: 0 }));

const accuracy = ({ n, correct }: Counts[number]): Accuracy =>
  n > 0 ? accuracyOf(correct, n) : { n: 0, correct: 0, accuracy: 0, interval: [0, 1] };
