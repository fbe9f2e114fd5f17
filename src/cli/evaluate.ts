import { taskNamed, tasks } from '../benchmarks/tasks';
import type { Accuracy, EvalItem } from '../lab/contract';
import { required, usage, wholeNumber } from './arguments';
import { type Command, facts, JOB, MASK_OPTIONS } from './command';

const percent = (x: number) => `${(100 * x).toFixed(1)}%`;
const between = ([low, high]: readonly [number, number]) => `${percent(low)} to ${percent(high)}`;
const say = ({ accuracy, interval, n }: Accuracy) => `${percent(accuracy)} (95%: ${between(interval)}, n = ${n})`;

export const evaluate: Command = {
  name: 'eval',
  summary: 'accuracy on a benchmark, with layers dropped or not',
  usage:
    'lopper eval MODEL --task NAME [--data PATH] [--shots K] [--limit N] [--drop LIST | --mask FILE] [--compare] [--json]',
  options: {
    task: { value: 'NAME', help: tasks.map((t) => t.name).join(', ') },
    data: { value: 'PATH', help: 'items of your own, in the format of the task' },
    fewshot: { value: 'PATH', help: 'worked examples of your own' },
    shots: { value: 'K', help: 'worked examples before each item' },
    limit: { value: 'N', help: 'only the first N items' },
    compare: { help: 'measure the full model too, on the same items' },
    ...MASK_OPTIONS,
  },
  check(args) {
    taskNamed(required(args, 'task', 'NAME'));
    wholeNumber(args, 'shots', 0, undefined);
    wholeNumber(args, 'limit', 1, undefined);
    if (args.values.has('compare') && !args.values.has('drop') && !args.values.has('mask')) {
      throw usage('--compare has nothing to compare.', 'Add --drop LIST or --mask FILE.');
    }
  },
  async run(session) {
    const { lab, args, reporter, readText } = session;
    const mask = await session.mask();
    const compare = args.values.has('compare');
    const file = async (name: string) => {
      const path = args.values.get(name);
      return path === undefined
        ? undefined
        : [{ name: path.slice(path.lastIndexOf('/') + 1), text: await readText(path) }];
    };
    const report = await lab.evaluate(
      {
        task: required(args, 'task', 'NAME'),
        shots: wholeNumber(args, 'shots', 0, undefined),
        limit: wholeNumber(args, 'limit', 1, undefined),
        data: await file('data'),
        fewshot: await file('fewshot'),
        masks: compare ? [[], mask] : [mask],
      },
      { job: JOB, onProgress: reporter.progress },
    );
    const { task, metric, shots, chance, about, truncated, unreadable, bos, difference } = report;
    const result = report.results.at(-1)!;
    const full = compare ? report.results[0] : undefined;
    const { n, accuracy, interval, correct } = result;
    const more = full ? { full, difference } : {};
    const items = report.items.map((item) => flatten(item));
    return {
      json: {
        task,
        metric,
        shots,
        n,
        accuracy,
        interval,
        correct,
        chance,
        about,
        truncated,
        unreadable,
        bos,
        ...more,
        items,
      },
      text: facts([
        ['task', `${task}, ${metric}, ${shots} shots`],
        [mask.length > 0 ? 'pruned' : 'accuracy', say(result)],
        ...(full ? [['full', say(full)] as const] : []),
        ...(difference
          ? ([
              ['difference', `${percent(difference.mean)} (95%: ${between(difference.interval)})`],
              ['flipped', `${difference.lost} lost, ${difference.won} won, p = ${difference.p.toPrecision(2)}`],
            ] as const)
          : []),
        ['chance', percent(chance)],
      ]).concat(`\n${about}`),
    };
  },
};

/** An item with the measured model's answer in it, and the full model's beside it where both were asked. */
function flatten({ index, gold, answers }: EvalItem) {
  const full = answers.length === 2 ? { full: answers[0] } : {};
  return { index, gold, ...answers.at(-1)!, ...full };
}
