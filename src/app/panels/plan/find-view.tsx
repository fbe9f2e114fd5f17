import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { SelectionControl } from '../selection/selection-control';
import { FindExplained } from './find-explained';

/** So many units, chosen by a strategy, into the tower. */
export function FindView() {
  const blocks = useApp((s) => s.open.model?.report.blocks);
  return (
    <Panel title="Drop by a strategy" explain={<FindExplained />}>
      {blocks === undefined ? <p className="soft">No model yet.</p> : <SelectionControl blocks={blocks} />}
    </Panel>
  );
}
