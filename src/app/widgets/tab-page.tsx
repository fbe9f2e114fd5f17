import { Tabs } from 'radix-ui';
import type { ComponentType, ReactNode } from 'react';
import { go } from '../store/go';
import { type Tab, type View, viewOf } from '../store/route';
import { TAB_WORDS, VIEW_WORDS } from '../words/tabs';
import { Late } from './late';
import css from './tab-page.module.css';
import { useApp } from './use-app';

interface Props {
  readonly tab: Tab;
  /** In the order of their buttons; those of `late` are fetched when they are opened. */
  readonly views?: Readonly<Partial<Record<View, ComponentType>>>;
  /** On the line of the question, at its end. */
  readonly tools?: ReactNode;
  /** What the tab holds, where it has no views. */
  readonly children?: ReactNode;
}

/** A tab: the question it answers, the ways to look at it, and the one that is open. */
export function TabPage({ tab, views = {}, tools, children }: Props) {
  const open = useApp(({ route }) => viewOf(route, tab));
  const named = Object.entries(views) as [View, ComponentType][];
  return (
    <Tabs.Root value={open} onValueChange={(view) => go({ view: view as View })}>
      <div className={css.head}>
        <h2 className={css.question}>{TAB_WORDS[tab].question}</h2>
        {named.length > 0 && (
          <Tabs.List className={css.views} aria-label={`${TAB_WORDS[tab].name}, views`}>
            {named.map(([view]) => (
              <Tabs.Trigger key={view} value={view}>
                {VIEW_WORDS[view]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        )}
        {tools && <div className={css.tools}>{tools}</div>}
      </div>
      {named.map(([view, Panel]) => (
        <Tabs.Content key={view} value={view} tabIndex={-1}>
          <Late waiting="Loading…">
            <Panel />
          </Late>
        </Tabs.Content>
      ))}
      {children}
    </Tabs.Root>
  );
}
