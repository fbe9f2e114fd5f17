import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { SelectionControl } from '../selection/selection-control';
import { FindExplained } from './find-explained';
import { GoalExplained } from './goal-explained';
import { GoalView } from './goal-view';

/** The mask that reaches a goal, and so many units by a strategy of one's own. */
export function FindView() {
  const model = useApp((s) => s.open.model?.report);
  return (
    <>
      <Panel title="A goal" explain={<GoalExplained />}>
        {model ? <GoalView model={model} /> : <p className="soft">No model yet.</p>}
      </Panel>
      {model && (
        <Panel title="Drop by a strategy" explain={<FindExplained />}>
          <SelectionControl blocks={model.blocks} />
        </Panel>
      )}
    </>
  );
}
