import { late } from '../../widgets/late';
import { TabPage } from '../../widgets/tab-page';
import { PromptPanel } from '../prompt/prompt-panel';
import { SpeedPanel } from '../results/speed-panel';
import { TasksView } from './tasks-view';

const VIEWS = {
  texts: PromptPanel,
  tasks: TasksView,
  items: late(() => import('../benchmarks/items-panel')),
  speed: SpeedPanel,
};

/** What is lost: in a text, in answers, item by item; and what is saved for it. */
export default function CostTab() {
  return <TabPage tab="cost" views={VIEWS} />;
}
