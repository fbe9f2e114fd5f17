import { MMLU_GROUPS } from './mmlu-subjects';
import type { Metric, Task } from './task';

/** What one model made of one task, item by item. */
export interface HarnessRun {
  readonly task: Task;
  readonly shots: number;
  /** Items of the whole set. */
  readonly original: number;
  /** Of each item asked: its metrics, and its subject where the task has them. */
  readonly items: readonly { readonly metrics: Readonly<Record<string, number>>; readonly subject?: string }[];
}

/** A figure of lm-evaluation-harness with its standard error, `sample stddev / sqrt(n)`. */
export interface Figure {
  readonly value: number;
  readonly stderr: number | 'N/A';
  readonly n: number;
}

type Result = Record<string, string | number>;

/**
 * The results file of lm-evaluation-harness (0.4) with these runs in it, so that tables made for it can be filled. MMLU
 * comes by subject, by group and as a whole, items weighted alike and errors pooled, as there.
 */
export function harnessResults(runs: readonly HarnessRun[], config: Readonly<Record<string, unknown>>) {
  const results: Record<string, Result> = {};
  const groups: Record<string, Result> = {};
  const group_subtasks: Record<string, string[]> = {};
  const shots: Record<string, number> = {};
  const samples: Record<string, { original: number; effective: number }> = {};
  const higher: Record<string, Record<string, boolean>> = {};
  for (const run of runs) {
    const { task } = run;
    const subjects = bySubject(run);
    if (subjects.size < 2) {
      results[task.name] = resultOf(run, task.name);
      shots[task.name] = run.shots;
      samples[task.name] = { original: run.original, effective: run.items.length };
    } else {
      const nameOf = (subject: string) => `${task.name}_${subject}`;
      for (const [subject, items] of subjects) {
        const name = nameOf(subject);
        results[name] = resultOf({ ...run, items }, subject);
        shots[name] = run.shots;
        samples[name] = { original: items.length, effective: items.length };
      }
      const parts = [...subjects.keys()];
      const ofGroup = Object.entries(MMLU_GROUPS).map(
        ([group, of]) => [nameOf(group), parts.filter((p) => of.includes(p))] as const,
      );
      for (const [name, of] of [[task.name, parts] as const, ...ofGroup]) {
        if (of.length === 0) continue;
        group_subtasks[name] = of.map(nameOf);
        groups[name] = groupOf(
          task,
          name,
          of.map((subject) => subjects.get(subject)!),
        );
        results[name] = groups[name];
      }
    }
    higher[task.name] = Object.fromEntries(task.metrics.map((m) => [keyOf(m)[0], m.kind !== 'perplexity']));
  }
  return {
    results,
    ...(Object.keys(groups).length > 0 ? { groups, group_subtasks } : {}),
    configs: Object.fromEntries(runs.map(({ task, shots }) => [task.name, { task: task.name, num_fewshot: shots }])),
    versions: Object.fromEntries(Object.keys(results).map((name) => [name, 'Yaml'])),
    'n-shot': shots,
    'n-samples': samples,
    higher_is_better: higher,
    config,
  };
}

type Items = HarnessRun['items'];

function bySubject({ items }: HarnessRun): Map<string, Items> {
  const found = new Map<string, HarnessRun['items'][number][]>();
  for (const item of items) {
    if (!item.subject) return new Map();
    const own = found.get(item.subject) ?? [];
    found.set(item.subject, own);
    own.push(item);
  }
  return found;
}

function resultOf({ task, items }: Pick<HarnessRun, 'task' | 'items'>, alias: string): Result {
  const result: Result = { alias };
  for (const metric of task.metrics) {
    const [name, filter] = keyOf(metric);
    const { value, stderr } = figureOf(metric, items);
    result[`${name},${filter}`] = value;
    result[`${name}_stderr,${filter}`] = stderr;
  }
  return result;
}

function groupOf(task: Task, alias: string, parts: readonly Items[]): Result {
  const result: Result = { alias };
  for (const metric of task.metrics) {
    const [name, filter] = keyOf(metric);
    const { value, stderr } = pooled(parts.map((items) => figureOf(metric, items)));
    result[`${name},${filter}`] = value;
    result[`${name}_stderr,${filter}`] = stderr;
  }
  return result;
}

/** The field's name of a metric, and of the filter that the answer went through. */
function keyOf({ name }: Metric): [name: string, filter: string] {
  return name === 'strict-match' || name === 'flexible-extract' ? ['exact_match', name] : [name, 'none'];
}

/** One figure over items; those that are no number are left out. A perplexity has no error there, as in the field. */
export function figureOf({ name, kind, per }: Metric, items: Items): Figure {
  const values = items.map((i) => i.metrics[name]).filter((x): x is number => x !== undefined && Number.isFinite(x));
  const n = values.length;
  const sum = values.reduce((a, b) => a + b, 0);
  if (kind === 'perplexity') {
    const count = per === undefined ? n : items.reduce((a, i) => a + (i.metrics[per] ?? 0), 0);
    return { value: Math.exp(-sum / count), stderr: 'N/A', n };
  }
  const value = sum / n;
  const squares = values.reduce((a, x) => a + (x - value) ** 2, 0);
  return { value, stderr: n > 1 ? Math.sqrt(squares / (n - 1) / n) : 'N/A', n };
}

/** Several figures as one, items weighted alike; errors pooled as the field pools them (`pooled_sample_stderr`). */
export function pooled(parts: readonly Figure[]): Figure {
  const n = parts.reduce((sum, p) => sum + p.n, 0);
  const value = parts.reduce((sum, p) => sum + p.n * p.value, 0) / n;
  const errors = parts.map((p) => p.stderr);
  if (!errors.every((e) => e !== 'N/A')) return { value, stderr: 'N/A', n };
  const variance = parts.reduce((sum, p, i) => sum + (p.n - 1) * errors[i]! ** 2 * p.n, 0) / (n - parts.length);
  return { value, stderr: Math.sqrt(variance / n), n };
}
