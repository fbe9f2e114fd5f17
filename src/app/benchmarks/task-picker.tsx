import type { Task } from '../../benchmarks/task';
import { store, useApp } from '../store/store';
import css from './benchmarks.module.css';

/** Tasks to choose from, each with what its items are. */
export function TaskPicker({ legend, tasks }: { legend: string; tasks: readonly Task[] }) {
  const chosen = useApp((s) => s.bench.tasks);
  const toggle = (name: string) =>
    store.setState(({ bench }) => ({
      bench: {
        ...bench,
        tasks: bench.tasks.includes(name) ? bench.tasks.filter((t) => t !== name) : [...bench.tasks, name],
      },
    }));
  return (
    <fieldset className={css.tasks}>
      <legend>{legend}</legend>
      {tasks.map((task) => (
        <label key={task.name} className={css.task} title={task.about}>
          <input type="checkbox" checked={chosen.includes(task.name)} onChange={() => toggle(task.name)} />
          <span>
            {task.title}
            <code>{task.name}</code>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
