import { Tabs } from 'radix-ui';
import type { ComponentType, LazyExoticComponent } from 'react';
import { PromptPanel } from '../panels/prompt/prompt-panel';
import { go } from '../store/go';
import { type View, viewOf } from '../store/route';
import { Late, late } from '../widgets/late';
import { useApp } from '../widgets/use-app';
import css from './workbench.module.css';

interface Bench {
  readonly tab: View;
  readonly title: string;
  readonly Panel: ComponentType | LazyExoticComponent<ComponentType>;
}

/** What the lab can do beyond the first screen, a tab each; all but the first are loaded when they are opened. */
const BENCHES: readonly Bench[] = [
  { tab: 'texts', title: 'Side by side', Panel: PromptPanel },
  { tab: 'curves', title: 'Curves', Panel: late(() => import('../panels/curves/curves-panel')) },
  { tab: 'all', title: 'Agreement', Panel: late(() => import('../panels/agreement/agreement-panel')) },
  { tab: 'stream', title: 'Norms', Panel: late(() => import('../panels/norms/norms-panel')) },
  { tab: 'tasks', title: 'Benchmarks', Panel: late(() => import('../panels/benchmarks/benchmarks-panel')) },
  { tab: 'training', title: 'Growing up', Panel: late(() => import('../panels/growth/growth-panel')) },
];

export function Workbench() {
  const tab = useApp(({ route }) => viewOf(route, route.tab));
  return (
    <Tabs.Root
      value={BENCHES.some((b) => b.tab === tab) ? tab : 'texts'}
      onValueChange={(view) => go({ view: view as View })}
    >
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
