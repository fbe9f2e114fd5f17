import { LopperError } from '../errors';
import { arcChallenge, arcEasy } from './arc';
import { boolq } from './boolq';
import { gsm8k } from './gsm8k';
import { gsm8kLopper } from './gsm8k-lopper';
import { hellaswag } from './hellaswag';
import { lambada } from './lambada';
import { mmlu, mmluSubjects } from './mmlu';
import { mmluCloze } from './mmlu-cloze';
import { mmluLopper, mmluLopperSubjects } from './mmlu-lopper';
import { mmluPaper } from './mmlu-paper';
import { own } from './own';
import { perplexity } from './perplexity';
import { piqa } from './piqa';
import { school } from './school';
import { schoolLetters } from './school-letters';
import { schoolMath } from './school-math';
import type { Task } from './task';
import { toxigen } from './toxigen';
import { truthfulqaMc1, truthfulqaMc2 } from './truthfulqa';
import { winogrande } from './winogrande';

/** Every benchmark Lopper knows, in the order in which people are shown them; MMLU's subjects stand apart. */
export const tasks: readonly Task[] = [
  school,
  schoolMath,
  schoolLetters,
  mmluLopper,
  gsm8kLopper,
  mmlu,
  mmluCloze,
  mmluPaper,
  gsm8k,
  arcEasy,
  arcChallenge,
  boolq,
  hellaswag,
  lambada,
  piqa,
  toxigen,
  truthfulqaMc1,
  truthfulqaMc2,
  winogrande,
  perplexity,
  own,
];

/** A task's subjects as tasks of their own, where it has them. */
export function subjectsOf({ name }: Task): readonly Task[] {
  if (name === mmlu.name) return mmluSubjects;
  return name === mmluLopper.name ? mmluLopperSubjects : [];
}

/** The task of that name, also where it is one subject's. */
export const findTask = (name: string): Task | undefined =>
  tasks.flatMap((task) => [task, ...subjectsOf(task)]).find((task) => task.name === name);

/** The task of that name. Throws `usage`, naming those there are. */
export function taskNamed(name: string): Task {
  const task = findTask(name);
  if (task) return task;
  throw new LopperError(
    'usage',
    `There is no benchmark named "${name.slice(0, 60)}".`,
    `Use one of ${tasks.map((t) => t.name).join(', ')}, or one of MMLU's subjects as mmlu_anatomy or mmlu-lopper_anatomy.`,
  );
}
