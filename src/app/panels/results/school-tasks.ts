import { taskNamed } from '../../../benchmarks/tasks';

/** The bundled tasks of the first screen. */
export const schoolTasks = ['school', 'school_math', 'school_letters'].map(taskNamed);

/** Those that run by one button; letters are for a stronger model. */
export const runTogether = schoolTasks.slice(0, 2).map((task) => task.name);
