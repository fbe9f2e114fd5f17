import { taskNamed } from '../../../benchmarks/tasks';

/** The bundled tasks, the one that tells most first: letters go before anything else does. */
export const schoolTasks = ['school_letters', 'school', 'school_math'].map(taskNamed);
