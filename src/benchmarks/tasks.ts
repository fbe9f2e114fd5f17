import { LopperError } from '../errors';
import { gsm8k } from './gsm8k';
import { mmlu } from './mmlu';
import { school } from './school';
import { schoolLetters } from './school-letters';
import { schoolMath } from './school-math';
import type { Task } from './task';

/** Every benchmark Lopper knows, in the order in which people are shown them. */
export const tasks: readonly Task[] = [school, schoolMath, schoolLetters, mmlu, gsm8k];

/** The task of that name. Throws `usage`, naming those there are. */
export function taskNamed(name: string): Task {
  const task = tasks.find((t) => t.name === name);
  if (task) return task;
  throw new LopperError(
    'usage',
    `There is no benchmark named "${name.slice(0, 60)}".`,
    `Use one of ${tasks.map((t) => t.name).join(', ')}.`,
  );
}
