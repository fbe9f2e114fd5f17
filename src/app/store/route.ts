/** What is open on the page, as its address says it: a tab, a view of each tab, a lesson. `go.ts` changes it. */

/** The tabs, in the order of a mask's life. */
export const TABS = ['influence', 'plan', 'cost', 'recovery', 'export'] as const;
export type Tab = (typeof TABS)[number];

/** The views of each tab, the first of them open at first. No two tabs have a view of the same name. */
export const VIEWS = {
  influence: ['one', 'all', 'stream', 'training'],
  plan: ['find', 'curves'],
  cost: ['texts', 'tasks', 'items', 'speed'],
  recovery: [],
  export: [],
} as const satisfies Readonly<Record<Tab, readonly string[]>>;
export type View = (typeof VIEWS)[Tab][number];

export interface Lesson {
  readonly name: string;
  /** From 0. */
  readonly step: number;
}

export interface Route {
  readonly tab: Tab;
  /** The view of each tab that was open last; the first where none was. */
  readonly views: Readonly<Partial<Record<Tab, View>>>;
  /** On a narrow screen: the tower, in the place of the tab. */
  readonly layers: boolean;
  readonly lesson?: Lesson;
  /** For a projector. */
  readonly present: boolean;
  /** The paper, figure by figure. */
  readonly paper: boolean;
}

export interface RouteState {
  readonly route: Route;
}

export const routeAtFirst: RouteState = {
  route: { tab: 'influence', views: {}, layers: true, lesson: undefined, present: false, paper: false },
};

/** Where to go: a view brings its tab, a tab its last view; what is left out stays. */
export interface Destination extends Partial<Omit<Route, 'views'>> {
  readonly view?: View;
}

/** The open view of a tab, undefined where the tab has none. */
export const viewOf = ({ views }: Route, tab: Tab): View | undefined => views[tab] ?? VIEWS[tab][0];

/** The tab that a view is in. */
export const tabOf = (view: View): Tab => TABS.find((tab) => (VIEWS[tab] as readonly View[]).includes(view))!;

/** The route after going there. Whoever goes to a tab wants to see it, and not the tower or the paper in its place. */
export function towards(route: Route, { view, ...to }: Destination): Route {
  const tab = to.tab ?? (view ? tabOf(view) : route.tab);
  const shows = to.tab !== undefined || view !== undefined;
  return {
    ...route,
    ...(shows && { layers: false, paper: false }),
    ...to,
    tab,
    views: view ? { ...route.views, [tab]: view } : route.views,
  };
}

export const isTab = (name: string | undefined): name is Tab => TABS.some((tab) => tab === name);
export const isView = (name: string | undefined): name is View =>
  TABS.some((tab) => VIEWS[tab].some((v) => v === name));
