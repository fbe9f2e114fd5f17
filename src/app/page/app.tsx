import { InfluencePanel } from '../panels/influence/influence-panel';
import { CalibrationDialog } from '../panels/model/calibration-dialog';
import { DropTarget } from '../panels/model/drop-target';
import { ModelDialog } from '../panels/model/model-dialog';
import { ComparisonPanel } from '../panels/results/comparison-panel';
import { TowerPanel } from '../panels/tower/tower-panel';
import { AdapterDialog } from './adapter-dialog';
import css from './app.module.css';
import { Banner } from './banner';
import { Header } from './header';
import { Notices } from './notices';
import { SummaryBar } from './summary-bar';
import { Workbench } from './workbench';

export function App() {
  return (
    <>
      <a href="#lab" className={css.skip}>
        Skip to the layers
      </a>
      <Header />
      <Banner />
      <main id="lab" className={css.layout}>
        <div className={css.tower}>
          <TowerPanel />
        </div>
        <ComparisonPanel />
        <InfluencePanel />
        <div className={css.wide}>
          <Workbench />
        </div>
      </main>
      <SummaryBar />
      <Notices />
      <DropTarget />
      <ModelDialog />
      <AdapterDialog />
      <CalibrationDialog />
    </>
  );
}
