import { Tabs } from 'radix-ui';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { PromptPanel } from '../prompt/prompt-panel';
import type { WorkbenchTab } from '../store/state';
import { store, useApp } from '../store/store';
import { Late } from './late';
import css from './workbench.module.css';

interface Bench {
  readonly tab: WorkbenchTab;
  readonly title: string;
  readonly Panel: ComponentType | LazyExoticComponent<ComponentType>;
}

/** What the lab can do beyond the first screen, a tab each; all but the first are loaded when they are opened. */
const BENCHES: readonly Bench[] = [
  { tab: 'texts', title: 'Side by side', Panel: PromptPanel },
  { tab: 'curves', title: 'Curves', Panel: lazy(() => import('../curves/curves-panel')) },
  { tab: 'agreement', title: 'Agreement', Panel: lazy(() => import('../agreement/agreement-panel')) },
  { tab: 'norms', title: 'Norms', Panel: lazy(() => import('../norms/norms-panel')) },
  { tab: 'benchmarks', title: 'Benchmarks', Panel: lazy(() => import('../benchmarks/benchmarks-panel')) },
  { tab: 'growth', title: 'Growing up', Panel: lazy(() => import('../growth/growth-panel')) },
];

export function Workbench() {
  const tab = useApp((s) => s.workbench);
  return (
    <Tabs.Root value={tab} onValueChange={(value) => store.setState({ workbench: value as WorkbenchTab })}>
      <Tabs.List className={css.tabs} aria-label="Workbench">
        {BENCHES.map((b) => (
          <Tabs.Trigger key={b.tab} value={b.tab}>
            {b.title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {BENCHES.map(({ tab, Panel }) => (
        <Tabs.Content key={tab} value={tab} tabIndex={-1}>
          <Late waiting="Loading…">
            <Panel />
          </Late>
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
