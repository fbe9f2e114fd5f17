import type { Evaluation, Kept } from '../../store/benchmarks';
import { whole } from '../../words/format';

type Report = Evaluation['report'];

/** Items on which a model's numbers were not finite count nowhere, and were asked all the same. */
const itemsAsked = ({ results, failed }: Report) => results[0]!.n + (failed?.[0] ?? 0);

/** Of a random choice; all items are no choice. */
const seedOf = (report: Report) => (itemsAsked(report) < report.available ? report.seed : undefined);

/** The same for runs that asked the same items in the same way. */
const keyOf = (report: Report): string => {
  const { shots, bos, chat, window, dataSha256 } = report;
  return [shots, bos, chat, window, dataSha256, itemsAsked(report), seedOf(report)].join();
};

/** "8 of 300 items, seed 3, 0 shots, data 1f9ac02b": what a run asked, and how. */
export function askedWords(report: Report): string {
  const asked = itemsAsked(report);
  const seed = seedOf(report);
  const part = asked < report.available;
  return [
    `${part ? `${seed === undefined ? 'first ' : ''}${whole(asked)} of` : 'all'} ${whole(report.available)} items`,
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    `${report.shots} shots`,
    ...(report.bos ? ['BOS'] : []),
    ...(report.chat ? ['chat template'] : []),
    `data ${report.dataSha256.slice(0, 8)}`,
  ].join(', ');
}

/** A task, and the masks that were asked the same about it. */
export interface Compared {
  readonly task: string;
  readonly masks: readonly Kept[];
  /** Masks whose run asked something else. */
  readonly others: readonly Kept[];
}

/** What kept masks can be held against one another on. Where their runs asked different things the last one's counts. */
export function compareKept(kept: readonly Kept[]): Compared[] {
  const tasks = new Set(kept.flatMap((k) => Object.keys(k.results)));
  return [...tasks].map((task) => {
    const having = kept.filter((k) => k.results[task]);
    const asked = (k: Kept) => keyOf(k.results[task]!.report);
    const last = asked(having.at(-1)!);
    return {
      task,
      masks: having.filter((k) => asked(k) === last),
      others: having.filter((k) => asked(k) !== last),
    };
  });
}
