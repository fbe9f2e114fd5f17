import { runTask, runTasks } from '../../actions/evaluate';
import { canCompute } from '../../store/select';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { AccuracyRow } from './accuracy-row';
import css from './comparison.module.css';
import { useColumns } from './comparison-table';
import { schoolTasks } from './school-tasks';

/** Accuracy on the items that ship with the page, run on demand. */
export function AccuracyRows() {
  const ready = useApp((s) => canCompute(s) && s.open.model?.report.hasTokenizer === true);
  const columns = useColumns();
  const running = useApp((s) => s.jobs.evaluate !== undefined);
  return (
    <tbody>
      <tr className={css.section}>
        <th scope="rowgroup" colSpan={columns - 1}>
          Accuracy on bundled items
          <span className={css.unit}>
            Written for this project, in MMLU’s and GSM-8K’s format; not the official sets. On each line, from 0 to
            100%: a dot for the full model, a diamond for the pruned one, with 95% intervals.
          </span>
        </th>
        <td>
          <TextButton
            computes
            disabled={!ready || running}
            onClick={() => void runTasks(schoolTasks.map((task) => task.name))}
          >
            Run all three
          </TextButton>
        </td>
      </tr>
      {schoolTasks.map((task) => (
        <AccuracyRow key={task.name} task={task} disabled={!ready || running} run={() => void runTask(task.name)} />
      ))}
    </tbody>
  );
}
