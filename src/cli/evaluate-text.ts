import { taskNamed } from '../benchmarks/tasks';
import type { Accuracy, EvalReport, Mean } from '../lab/contract';
import { facts, table } from './command';

const percent = (x: number) => `${(100 * x).toFixed(1)}%`;
const between = ([low, high]: readonly [number, number]) => `${percent(low)} to ${percent(high)}`;

function say({ accuracy, interval, n }: Accuracy, failed = 0): string {
  const lost = failed > 0 ? `; ${failed} without a number that is finite` : '';
  return n > 0 ? `${percent(accuracy)} (95%: ${between(interval)}, n = ${n}${lost})` : `none${lost}`;
}

const sayMean = ({ mean, interval: [low, high], n }: Mean) =>
  n > 0 ? `${mean.toPrecision(5)} (95%: ${low.toPrecision(5)} to ${high.toPrecision(5)}, n = ${n})` : 'none';

/** One task's result for people. `compare`: the report's first result is the full model's. */
export function resultText(report: EvalReport, pruned: boolean, compare: boolean): string {
  const { task, metric, shots, results, difference, chance, metrics, failed, truncated, unreadable } = report;
  const last = results.length - 1;
  const share = taskNamed(task).metrics[0].kind !== 'perplexity';
  const told = (b: number) => (share ? say(results[b]!, failed?.[b]) : sayMean(metrics[metric]![b]!));
  const rows: [string, string][] = [
    ['task', `${task}, ${metric}, ${shots} shots${report.chat ? ', in chat form' : ''}`],
    [pruned ? 'pruned' : share ? 'accuracy' : metric, told(last)],
  ];
  if (compare) rows.push(['full', told(0)]);
  if (difference) {
    rows.push(
      ['difference', `${percent(difference.mean)} (95%: ${between(difference.interval)})`],
      ['flipped', `${difference.lost} lost, ${difference.won} won, p = ${difference.p.toPrecision(2)}`],
    );
    rows.push(...flips(report));
  }
  if (report.macro) rows.push(['mean over subjects', report.macro.map(percent).reverse().join(', full ')]);
  for (const [name, means] of Object.entries(metrics)) {
    if (name === metric) continue;
    rows.push([name, [means[last]!, ...(compare ? [means[0]!] : [])].map(sayMean).join(', full ')]);
  }
  if (chance > 0) rows.push(['chance', percent(chance)]);
  if (truncated > 0) rows.push(['cut', `${truncated} items lost tokens on the left to fit the context`]);
  for (const note of report.notes ?? []) rows.push(['note', note]);
  if (unreadable > 0) rows.push(['passed over', `${unreadable} rows; ${problem(report)}`]);
  const parts = [facts(rows), ...groupTable(report, compare), report.tooFew?.message, report.about];
  return parts.filter((part) => part !== undefined).join('\n');
}

/** Which items flipped, by index. */
function flips({ items }: EvalReport): [string, string][] {
  const which = (from: boolean) =>
    items.filter(({ answers: [a, b] }) => a!.correct === from && b!.correct !== from).map(({ index }) => index);
  const list = (indices: number[]) => `items ${indices.slice(0, 20).join(', ')}${indices.length > 20 ? ', ...' : ''}`;
  const rows: [string, number[]][] = [
    ['  lost', which(true)],
    ['  won', which(false)],
  ];
  return rows.filter(([, found]) => found.length > 0).map(([name, found]) => [name, list(found)]);
}

function problem({ problems: [first] }: EvalReport): string {
  return first ? `the first is line ${first.line} of ${first.file}: ${first.message}` : '';
}

function groupTable({ groups }: EvalReport, compare: boolean): string[] {
  if (!groups) return [];
  const cells = (r: Accuracy) => [String(r.n), percent(r.accuracy)];
  const rows = groups.map(({ name, results }) => [
    name,
    ...cells(results.at(-1)!),
    ...(compare ? [percent(results[0]!.accuracy)] : []),
  ]);
  return ['', table([['', 'n', 'accuracy', ...(compare ? ['full'] : [])], ...rows]), ''];
}
