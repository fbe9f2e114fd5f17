import { store } from '../../store/store';
import { MetricSelect } from '../../widgets/metric-select';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import css from './tower-panel.module.css';

/** The one measure on the screen, as the question it answers: the cells' colours and bars, the charts, the strategies follow. */
export function MeasureChoice() {
  const metric = useApp((s) => s.metric);
  return (
    <div className={css.measure}>
      <MetricSelect label="Measure" shown value={metric} onChange={(next) => store.setState({ metric: next })} />
      <p className="small soft">{METRIC_WORDS[metric].question}</p>
    </div>
  );
}
