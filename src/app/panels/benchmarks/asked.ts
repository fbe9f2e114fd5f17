import { difference, examPairs } from '../../../lab/contract/asked';
import type { Evaluation } from '../../store/benchmarks';
import type { Tried } from '../../store/shelf';
import { itemsAsked, subsetWords } from '../../words/tasks';

type Report = Evaluation['report'];

/** Of a random choice; all items are no choice. */
const seedOf = (report: Report) => (itemsAsked(report) < report.available ? report.seed : undefined);

/** Whether two runs asked the same items in the same way. */
const areAlike = (a: Report, b: Report): boolean =>
  !difference([...examPairs(a, b), ['number of items', itemsAsked(a), itemsAsked(b)], ['seed', seedOf(a), seedOf(b)]]);

/** "random 8 of 300 items, seed 3, 0 shots, data 1f9ac02b": what a run asked, and how. */
export function askedWords(report: Report): string {
  return [
    subsetWords(report),
    `${report.shots} shots`,
    ...(report.bos ? ['BOS'] : []),
    ...(report.chat ? ['chat template'] : []),
    `data ${report.dataSha256.slice(0, 8)}`,
  ].join(', ');
}

/** A task, and the masks that were asked the same about it. */
export interface Compared {
  readonly task: string;
  readonly masks: readonly Tried[];
  /** Masks whose run asked something else. */
  readonly others: readonly Tried[];
}

/** What kept masks can be held against one another on. Where their runs asked different things the last one's counts. */
export function compareKept(kept: readonly Tried[]): Compared[] {
  const tasks = new Set(kept.flatMap((k) => Object.keys(k.results)));
  return [...tasks].map((task) => {
    const having = kept.filter((k) => k.results[task]);
    const reportOf = (k: Tried) => k.results[task]!.report;
    const last = reportOf(having.at(-1)!);
    return {
      task,
      masks: having.filter((k) => areAlike(reportOf(k), last)),
      others: having.filter((k) => !areAlike(reportOf(k), last)),
    };
  });
}
