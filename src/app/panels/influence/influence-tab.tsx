import { late } from '../../widgets/late';
import { TabPage } from '../../widgets/tab-page';
import { InfluencePanel } from './influence-panel';

const VIEWS = {
  one: InfluencePanel,
  all: late(() => import('../agreement/agreement-panel')),
  stream: late(() => import('../norms/norms-panel')),
  training: late(() => import('../growth/growth-panel')),
};

/** Which layers matter, by one measure or by all, in the stream, and in the course of training. */
export const InfluenceTab = () => <TabPage tab="influence" views={VIEWS} />;
