import { late } from '../../widgets/late';
import { TabPage } from '../../widgets/tab-page';
import { FindView } from './find-view';

const VIEWS = { find: FindView, curves: late(() => import('../curves/curves-panel')) };

/** What should go: by a strategy at once, or read off a curve. */
export default function PlanTab() {
  return <TabPage tab="plan" views={VIEWS} />;
}
