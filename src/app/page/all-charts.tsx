import type { ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import type { ArchiveEntry } from '../actions/draw-charts';
import { chartsWithin } from '../charts/shown-charts';
import { fileStem } from '../store/select';
import { changeOpen, store } from '../store/store';
import { Late } from '../widgets/late';

/** What holds the lab's charts, in the order of the tabs. */
const PANELS: readonly (() => Promise<ComponentType>)[] = [
  async () => (await import('../panels/influence/influence-panel')).InfluencePanel,
  async () => (await import('../panels/agreement/agreement-panel')).default,
  async () => (await import('../panels/norms/norms-panel')).default,
  async () => (await import('../panels/growth/growth-panel')).default,
  async () => (await import('../panels/plan/find-view')).FindView,
  async () => (await import('../panels/curves/curves-panel')).default,
  async () => (await import('../panels/benchmarks/benchmarks-panel')).default,
  async () => (await import('../panels/recovery/recovery-tab')).default,
];
/** CSS pixels: as wide as a laptop shows them. */
const WIDTH = 1000;
/** Nothing has changed for so long, milliseconds, or there has been time enough. */
const [LOOK, STILL, MOST] = [100, 500, 10_000];

/**
 * Every chart of the lab as an SVG picture, and its table as CSV: drawn beside the screen, as the page would show it now.
 * What was measured and is not chosen (another metric, another axis) has its JSON.
 */
export async function allCharts(): Promise<ArchiveEntry[]> {
  const panels = await Promise.all(PANELS.map((load) => load()));
  const { moment } = store.getState().open;
  const box = document.createElement('div');
  box.inert = true;
  box.setAttribute('aria-hidden', 'true');
  box.style.cssText = `position: fixed; top: 0; left: ${-20 * WIDTH}px; width: ${WIDTH}px`;
  document.body.append(box);
  const root = createRoot(box, { identifierPrefix: 'all-' });
  root.render(
    panels.map((Panel, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order.
      <Late key={i} waiting="">
        <Panel />
      </Late>
    )),
  );
  try {
    await untilStill(box);
    return filesOf(box);
  } finally {
    root.unmount();
    box.remove();
    // A panel that is left lets go of the moment of training that it shows.
    changeOpen({ moment });
  }
}

function filesOf(box: Element): ArchiveEntry[] {
  const stem = `${fileStem(store.getState())}-`;
  const names = new Map<string, number>();
  return chartsWithin(box).flatMap((chart) => {
    const plain = chart.fileName.startsWith(stem) ? chart.fileName.slice(stem.length) : chart.fileName;
    const count = (names.get(plain) ?? 0) + 1;
    names.set(plain, count);
    const name = count === 1 ? plain : `${plain}-${count}`;
    return [
      { name: `charts/${name}.svg`, content: chart.svg() },
      { name: `tables/${name}.csv`, content: chart.csv() },
    ];
  });
}

/** Parts are fetched and sizes are measured before a chart is drawn. */
async function untilStill(box: Element): Promise<void> {
  let before = '';
  let still = 0;
  for (let waited = 0; still < STILL && waited < MOST; waited += LOOK) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const now = box.innerHTML;
    still = now === before ? still + LOOK : 0;
    before = now;
  }
}
