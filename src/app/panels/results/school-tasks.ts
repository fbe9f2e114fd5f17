import { taskNamed } from '../../../benchmarks/tasks';

export interface SchoolTask {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly chance: number;
  /** Shown first; the others are for a stronger model. */
  readonly first: boolean;
}

const task = (name: string, title: string, first: boolean): SchoolTask => {
  const { about, chance } = taskNamed(name);
  return { name, title, about, chance, first };
};

/** The bundled tasks by the names people see; every place that shows them shows `about` too. */
export const schoolTasks: readonly SchoolTask[] = [
  task('school', 'School questions', true),
  task('school_math', 'Word problems', true),
  task('school_letters', 'School, by letter', false),
];
