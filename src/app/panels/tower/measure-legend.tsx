import { isPlain } from '../../../pruning/metrics';
import { computeInfluence } from '../../actions/influence';
import type { Placement } from '../../charts/placement';
import { canMeasure } from '../../store/measuring';
import { influenceOf } from '../../store/select';
import { Button } from '../../widgets/button';
import { OriginNote } from '../../widgets/origin';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import { Legend } from './legend';
import css from './tower-panel.module.css';

/** What the cells' colours and bars mean, and where they come from; or how to come by them. */
export function MeasureLegend({ measured, placement }: { measured: boolean; placement: Placement }) {
  const metric = useApp((s) => s.metric);
  const shown = useApp((s) => influenceOf(s, metric, 'attn'));
  const ready = useApp(canMeasure);
  const measuring = useApp((s) => s.jobs.influence !== undefined);
  if (measured) {
    return (
      <>
        <Legend placement={placement} unit={METRIC_WORDS[metric].unit} />
        <OriginNote origin={shown?.origin} text={shown?.text} />
      </>
    );
  }
  if (measuring) return null;
  return (
    <div className={css.empty}>
      <p className="small soft">The cells are grey: this has not been measured on this model.</p>
      {isPlain(metric) && (
        <Button computes disabled={!ready} onClick={() => void computeInfluence(metric)}>
          Measure it
        </Button>
      )}
    </div>
  );
}
