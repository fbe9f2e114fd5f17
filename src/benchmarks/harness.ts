import { groupOf, MMLU_GROUPS } from './mmlu-subjects';
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
  const file = {
    results: {} as Record<string, Result>,
    groups: {} as Record<string, Result>,
    group_subtasks: {} as Record<string, string[]>,
    configs: {} as Record<string, { task: string; num_fewshot: number }>,
    versions: {} as Record<string, number>,
    'n-shot': {} as Record<string, number>,
    higher_is_better: {} as Record<string, Record<string, boolean>>,
    'n-samples': {} as Record<string, { original?: number; effective: number }>,
    config,
  };
  const { group_subtasks: subtasks } = file;
  for (const run of runs) {
    const { task, shots } = run;
    const add = (name: string, alias: string, items: Items, original?: number) => {
      file.results[name] = resultOf(task, alias, [items]);
      file.configs[name] = { task: name, num_fewshot: shots };
      if (task.version !== undefined) file.versions[name] = task.version;
      file['n-shot'][name] = shots;
      file.higher_is_better[name] = betterOf(task);
      file['n-samples'][name] = { ...(original !== undefined && { original }), effective: items.length };
    };
    const addGroup = (name: string, alias: string, parts: readonly Items[]) => {
      file.groups[name] = resultOf(task, alias, parts);
      file.results[name] = file.groups[name];
      file.higher_is_better[name] = betterOf(task);
    };
    const subjects = bySubject(run);
    if (subjects.size < 2) {
      add(task.name, task.name, run.items, run.original);
      continue;
    }
    const nameOf = (part: string) => `${task.name}_${part}`;
    addGroup(task.name, task.name, [...subjects.values()]);
    const loose = [...subjects.keys()].filter((subject) => groupOf(subject) === undefined);
    if (loose.length > 0) subtasks[task.name] = loose.map(nameOf);
    for (const [group, of] of Object.entries(MMLU_GROUPS)) {
      const parts = of.filter((subject) => subjects.has(subject));
      if (parts.length === 0) continue;
      const itemsOf = (subject: string) => subjects.get(subject)!;
      addGroup(nameOf(group), ` - ${group}`, parts.map(itemsOf));
      subtasks[task.name] = [...(subtasks[task.name] ?? []), nameOf(group)];
      subtasks[nameOf(group)] = parts.map(nameOf);
    }
    // How many items a subject has is known only where all of them were asked.
    const whole = run.original === run.items.length;
    for (const [subject, items] of subjects) {
      add(nameOf(subject), `  - ${subject}`, items, whole ? items.length : undefined);
    }
  }
  return { ...file, groups: Object.keys(file.groups).length > 0 ? file.groups : undefined };
}

const betterOf = ({ metrics }: Task) =>
  Object.fromEntries(metrics.map((metric) => [keyOf(metric)[0], !metric.name.startsWith('perplexity')]));

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

/** Of one part as it is, of several together. */
function resultOf({ metrics }: Task, alias: string, parts: readonly Items[]): Result {
  const result: Result = { alias };
  for (const metric of metrics) {
    const [name, filter] = keyOf(metric);
    const figures = parts.map((items) => figureOf(metric, items));
    const { value, stderr } = figures.length === 1 ? figures[0]! : pooled(figures);
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
