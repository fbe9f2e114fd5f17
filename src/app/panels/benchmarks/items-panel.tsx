import { titleOf } from '../../actions/offered';
import { go } from '../../store/go';
import { canCompute } from '../../store/select';
import { store } from '../../store/store';
import { Empty } from '../../widgets/empty';
import { Panel } from '../../widgets/panel';
import { Select } from '../../widgets/select';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { BenchmarksExplained } from './benchmarks-explained';
import { TaskDetails } from './task-details';

/** A task's items one by one: which were lost, which were won, and what each model thought of them. */
export default function ItemsPanel() {
  const evaluations = useApp((s) => s.open.evaluations);
  const chosen = useApp((s) => s.itemsOf);
  const computes = useApp(canCompute);
  const names = Object.keys(evaluations).filter((name) => evaluations[name]!.items?.length);
  const name = chosen && names.includes(chosen) ? chosen : names[0];
  return (
    <Panel
      title="Items"
      explain={<BenchmarksExplained />}
      tools={
        name && (
          <Select
            label="Task"
            shown
            value={name}
            groups={[{ options: names.map((value) => ({ value, text: titleOf(value) })) }]}
            onChange={(task) => store.setState({ itemsOf: task })}
          />
        )
      }
    >
      {name ? (
        <TaskDetails key={name} evaluation={evaluations[name]!} />
      ) : (
        <Empty action={<TextButton onClick={() => go({ view: 'tasks' })}>Go to the tasks</TextButton>}>
          The questions that both models were asked, one by one: which the pruned model lost, which it won. What was
          measured beforehand comes without them:{' '}
          {computes ? 'run a task first.' : 'they are there once a task was run, which takes WebGPU.'}
        </Empty>
      )}
    </Panel>
  );
}
