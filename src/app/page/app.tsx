import { drawChartsBy } from '../actions/draw-charts';
import { DropTarget } from '../panels/model/drop-target';
import { ShelfFoot } from '../panels/shelf/shelf-foot';
import { TowerPanel } from '../panels/tower/tower-panel';
import { Verdict } from '../panels/verdict/verdict';
import { Late, late } from '../widgets/late';
import { useApp } from '../widgets/use-app';
import { NARROW, useMedia } from '../widgets/use-media';
import css from './app.module.css';
import { Banner } from './banner';
import { Dialogs } from './dialogs';
import { Footer } from './footer';
import { Header } from './header';
import { Notices } from './notices';
import { SummaryBar } from './summary-bar';
import { Tabs } from './tabs';

const LessonPage = late(() => import('./lesson-page'));
const PaperPage = late(() => import('../panels/paper/paper-page'));
const PresentPage = late(() => import('./present-page'));

// Drawn when they are saved.
drawChartsBy(async () => (await import('./all-charts')).allCharts());

export function App() {
  const inLesson = useApp((s) => s.route.lesson !== undefined);
  const presents = useApp((s) => s.route.present);
  return (
    <>
      {presents ? (
        <Late waiting="The board is on its way…">
          <PresentPage />
        </Late>
      ) : inLesson ? (
        <Late waiting="The lesson is on its way…">
          <LessonPage />
        </Late>
      ) : (
        <Lab />
      )}
      <Notices />
      <Dialogs />
    </>
  );
}

/** The page with everything in reach. */
function Lab() {
  const narrow = useMedia(NARROW);
  const inPaper = useApp((s) => s.route.paper);
  return (
    <>
      <button type="button" className={css.skip} onClick={toLayers}>
        Skip to the layers
      </button>
      <Header />
      <main className={css.layout}>
        {!narrow && (
          <div className={css.tower}>
            <TowerPanel />
            <ShelfFoot />
          </div>
        )}
        <div className={css.page}>
          <div className={css.verdict}>
            <Verdict />
          </div>
          {inPaper ? (
            <Late waiting="The paper’s figures are on their way…">
              <PaperPage />
            </Late>
          ) : (
            <Tabs withLayers={narrow} />
          )}
          <Footer />
          <Banner />
        </div>
      </main>
      <SummaryBar />
      <DropTarget />
    </>
  );
}

/** By a button: the address, in which a jump would be written, says what is open. */
function toLayers() {
  document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus();
}
