import type { Problem } from '../../benchmarks/read-items';
import { taskNamed } from '../../benchmarks/tasks';
import type { EvalReport } from '../contract';
import { Tally, type ToldExam } from './evaluate-report';

/** The whole of its parts, in their order: what every item was answered, counted as in one run. */
export function mergeEvaluations(parts: readonly EvalReport[]): EvalReport {
  const first = parts[0]!;
  const { part, about, shots, seed, window, dataSha256, available, notes = [], bos, chat } = first;
  const { asked, unreadable } = part!;
  const exam: ToldExam = {
    ...{ task: taskNamed(first.task), about, shots, seed, window, dataSha256, available, notes },
    items: { length: asked },
    problems: Array.from({ length: unreadable }, (_, i): Problem => first.problems[i] ?? UNTOLD),
  };
  const tally = new Tally(exam, first.results.length, { bos, chat });
  for (const { items, part, ...report } of parts) {
    for (const [i, item] of items.entries()) tally.add(item, part!.counted[i]!);
    for (let row = unreadable; row < report.unreadable; row++) {
      const problem = report.problems[row] ?? UNTOLD;
      tally.passOver(problem, problem);
    }
  }
  return tally.final();
}

/** A report tells the first few problems in full. */
const UNTOLD: Problem = { file: '', line: 0, message: '' };
