import type { Task } from '../../benchmarks/task';
import { findTask, tasks } from '../../benchmarks/tasks';

/** Tasks whose items ship with the page. */
export const bundledTasks: readonly Task[] = tasks.filter((t) => t.bundled);

export const titleOf = (name: string): string => findTask(name)?.title ?? name;
