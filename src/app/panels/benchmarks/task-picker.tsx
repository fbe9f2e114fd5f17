import { Fragment } from 'react';
import { MMLU_GROUPS } from '../../../benchmarks/mmlu-subjects';
import type { Task } from '../../../benchmarks/task';
import { subjectsOf } from '../../../benchmarks/tasks';
import { store } from '../../store/store';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import css from './benchmarks.module.css';

const toggle = (name: string) =>
  store.setState(({ bench }) => ({
    bench: {
      ...bench,
      tasks: bench.tasks.includes(name) ? bench.tasks.filter((t) => t !== name) : [...bench.tasks, name],
    },
  }));

/** Tasks to choose from, each with what its items are. */
export function TaskPicker({ legend, tasks }: { legend: string; tasks: readonly Task[] }) {
  return (
    <fieldset className={css.tasks}>
      <legend>{legend}</legend>
      {tasks.map((task) => (
        <Fragment key={task.name}>
          <TaskBox task={task} />
          <Subjects of={task} />
        </Fragment>
      ))}
    </fieldset>
  );
}

function TaskBox({ task }: { task: Task }) {
  const chosen = useApp((s) => s.bench.tasks.includes(task.name));
  return (
    <label className={css.task} title={`${task.name}: ${task.about}`}>
      <input type="checkbox" checked={chosen} onChange={() => toggle(task.name)} />
      <span>{task.title}</span>
    </label>
  );
}

/** Subjects of a task by themselves: those that are chosen, and a list to choose one more from. */
function Subjects({ of }: { of: Task }) {
  const chosen = useApp((s) => s.bench.tasks);
  const subjects = subjectsOf(of);
  if (subjects.length === 0) return null;
  const left = subjects.filter((task) => !chosen.includes(task.name));
  const groups = Object.entries(MMLU_GROUPS).map(([group, names]) => ({
    title: group.replaceAll('_', ' '),
    options: left
      .filter(({ name }) => names.includes(name.slice(of.name.length + 1)))
      .map(({ name, title }) => ({ value: name, text: title.slice(of.title.length + 2) })),
  }));
  return (
    <div className={css.subjects}>
      {subjects
        .filter((task) => chosen.includes(task.name))
        .map((task) => (
          <TaskBox key={task.name} task={task} />
        ))}
      <Select
        label={`One subject of ${of.title}`}
        value=""
        groups={[{ options: [{ value: '', text: 'One subject…' }] }, ...groups]}
        onChange={(name) => name && toggle(name)}
      />
    </div>
  );
}
