import { Late, late } from '../../widgets/late';
import { ComparisonPanel } from '../results/comparison-panel';

const BenchmarksPanel = late(() => import('../benchmarks/benchmarks-panel'));

/** The few tasks that every model is asked, above all others that can be run. */
export function TasksView() {
  return (
    <>
      <ComparisonPanel />
      <Late waiting="Loading…">
        <BenchmarksPanel />
      </Late>
    </>
  );
}
