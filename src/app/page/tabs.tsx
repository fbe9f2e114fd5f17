import { Tabs as Radix } from 'radix-ui';
import type { ComponentType } from 'react';
import { InfluenceTab } from '../panels/influence/influence-tab';
import { ShelfFoot } from '../panels/shelf/shelf-foot';
import { TowerPanel } from '../panels/tower/tower-panel';
import { go } from '../store/go';
import { TABS, type Tab } from '../store/route';
import { Late, late } from '../widgets/late';
import { useApp } from '../widgets/use-app';
import { TAB_WORDS } from '../words/tabs';
import css from './tabs.module.css';

/** All but the first are fetched when they are opened. */
const PANELS: Readonly<Record<Tab, ComponentType>> = {
  influence: InfluenceTab,
  plan: late(() => import('../panels/plan/plan-tab')),
  cost: late(() => import('../panels/cost/cost-tab')),
  recovery: late(() => import('../panels/recovery/recovery-tab')),
  export: late(() => import('../panels/export/export-tab')),
};

/** The life of a mask in five questions. Where there is no room beside them, the tower is the first of six. */
export function Tabs({ withLayers }: { withLayers: boolean }) {
  const tab = useApp(({ route }) => (withLayers && route.layers ? 'layers' : route.tab));
  const open = (next: string) => go(next === 'layers' ? { layers: true } : { tab: next as Tab });
  return (
    <Radix.Root value={tab} onValueChange={open} activationMode="manual">
      <Radix.List className={css.tabs} aria-label="Questions">
        {withLayers && <Radix.Trigger value="layers">Layers</Radix.Trigger>}
        {TABS.map((name, i) => (
          <Radix.Trigger key={name} value={name} aria-keyshortcuts={`${i + 1}`}>
            <span className={css.key} aria-hidden="true">
              {i + 1}
            </span>
            {TAB_WORDS[name].name}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {withLayers && (
        <Radix.Content value="layers" tabIndex={-1}>
          <TowerPanel />
          <ShelfFoot />
        </Radix.Content>
      )}
      {TABS.map((name) => {
        const Panel = PANELS[name];
        return (
          <Radix.Content key={name} value={name} tabIndex={-1} className={css.content}>
            <Late waiting="Loading…">
              <Panel />
            </Late>
          </Radix.Content>
        );
      })}
    </Radix.Root>
  );
}
