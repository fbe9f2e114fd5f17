import type { Task } from '../../benchmarks/task';
import { tasks } from '../../benchmarks/tasks';

/** Tasks whose items ship with the page. */
export const bundledTasks: readonly Task[] = tasks.filter((t) => t.bundled);

export const titleOf = (name: string): string => tasks.find((t) => t.name === name)?.title ?? name;

export const taskOf = (name: string): Task | undefined => tasks.find((t) => t.name === name);
