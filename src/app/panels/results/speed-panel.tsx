import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { ComparisonExplained } from './comparison-explained';
import { ComparisonTable } from './comparison-table';
import { SavingsRows } from './savings-rows';
import { SpeedRow } from './speed-row';

/** What the mask saves: parameters, memory, time. */
export function SpeedPanel() {
  return (
    <Panel title="Speed and memory" explain={<ComparisonExplained />}>
      <ComparisonTable>
        <SavingsRows />
        <SpeedRow />
      </ComparisonTable>
      <JobProgress slot="speed" />
    </Panel>
  );
}
