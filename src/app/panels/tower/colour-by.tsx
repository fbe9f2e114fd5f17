import { useMemo } from 'react';
import { isPlain, isUsual, METRIC_NAMES } from '../../../pruning/metrics';
import { computeInfluence } from '../../actions/influence';
import type { Placement } from '../../charts/scale';
import { influenceIn } from '../../store/influence';
import { canMeasure } from '../../store/measuring';
import { influenceOf } from '../../store/select';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { MetricSelect } from '../../widgets/metric-select';
import { OriginNote } from '../../widgets/origin';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import { Legend } from './legend';
import css from './tower-panel.module.css';

/** What the cells' colours mean: any measure there is of both attn and ffn, and the usual ones, measured or not. */
export function ColourBy({ measured, placement }: { measured: boolean; placement: Placement }) {
  const colourBy = useApp((s) => s.colourBy);
  const influence = useApp((s) => s.open.influence);
  const shown = useApp((s) => influenceOf(s, s.colourBy, 'attn'));
  const ready = useApp(canMeasure);
  const measuring = useApp((s) => s.jobs.influence !== undefined);
  const metrics = useMemo(
    () =>
      METRIC_NAMES.filter((m) => isUsual(m) || (influenceIn(influence, m, 'attn') && influenceIn(influence, m, 'ffn'))),
    [influence],
  );
  return (
    <>
      <div className={css.colours}>
        <MetricSelect
          label="Colour by"
          shown
          value={colourBy}
          metrics={metrics}
          onChange={(metric) => store.setState({ colourBy: metric })}
        />
      </div>
      {measured ? (
        <>
          <Legend placement={placement} unit={METRIC_WORDS[colourBy].name} />
          <OriginNote origin={shown?.origin} text={shown?.text} />
        </>
      ) : (
        !measuring &&
        isPlain(colourBy) && (
          <div className={css.empty}>
            <p className="small soft">The cells are grey: this has not been measured on this model.</p>
            <Button disabled={!ready} onClick={() => void computeInfluence(colourBy)}>
              Measure influence
            </Button>
          </div>
        )
      )}
    </>
  );
}
