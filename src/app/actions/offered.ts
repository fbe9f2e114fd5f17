import type { Task } from '../../benchmarks/task';
import { findTask, tasks } from '../../benchmarks/tasks';
import { OWN_TASK } from '../store/benchmarks';
import type { AppState } from '../store/state';

/** Tasks whose items ship with the page. */
const bundledTasks: readonly Task[] = tasks.filter((t) => t.bundled);

export const titleOf = (name: string): string => findTask(name)?.title ?? name;

export interface OfferedGroup {
  readonly title: string;
  readonly tasks: readonly Task[];
}

/** The tasks whose items are at hand: those that ship, official sets on this machine, a person's own file. */
export function offeredTasks({ officialSets, ownItems }: Pick<AppState, 'officialSets' | 'ownItems'>): OfferedGroup[] {
  const official = officialSets.flatMap((set) => (set.here ? set.tasks : []));
  const named = (names: readonly string[]) => names.flatMap((name) => findTask(name) ?? []);
  return [
    { title: 'Items that ship with Lopper', tasks: bundledTasks },
    { title: 'Official sets', tasks: named(official) },
    { title: 'From your file', tasks: named(ownItems ? [OWN_TASK] : []) },
  ].filter((group) => group.tasks.length > 0);
}

/** Them as the groups of a list. One that is chosen and not among them, since a result named it, is named last. */
export function taskOptions(offered: readonly OfferedGroup[], chosen = '') {
  const groups = offered.map(({ title, tasks }) => ({
    title,
    options: tasks.map((task) => ({ value: task.name, text: task.title })),
  }));
  const listed = chosen === '' || groups.some(({ options }) => options.some((o) => o.value === chosen));
  return listed
    ? groups
    : [...groups, { title: 'Named by a result', options: [{ value: chosen, text: titleOf(chosen) }] }];
}
