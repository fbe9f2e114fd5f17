import { useMemo } from 'react';
import { isPlain, isRelative, type MetricSource, traitsOf } from '../../../pruning/metrics';
import { computeInfluence } from '../../actions/influence';
import type { ByUnit } from '../../charts/rows';
import { canMeasure } from '../../store/measuring';
import { influenceOf } from '../../store/select';
import { Button } from '../../widgets/button';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import { DenominatorChoice } from './denominator-choice';
import css from './influence.module.css';
import { InfluenceExplained } from './influence-explained';
import { InfluenceFrame } from './influence-frame';
import { ShapleyControls } from './shapley-controls';

const NOT_YET: Readonly<Record<MetricSource, string>> = {
  pass: 'Not measured on this model yet. One pass over the calibration text gives this measure and all others of its group.',
  without: 'Not measured on this model yet. Every unit is dropped in turn, which takes longer than one pass.',
  sampled:
    'Not measured on this model yet. Units are dropped at random, again and again; estimates show at once and grow surer the longer it runs.',
};

/** What each block, attention and feed-forward was worth, by the measure chosen. */
export function InfluencePanel() {
  const metric = useApp((s) => s.metric);
  const block = useApp((s) => influenceOf(s, metric, 'block'));
  const attn = useApp((s) => influenceOf(s, metric, 'attn'));
  const ffn = useApp((s) => influenceOf(s, metric, 'ffn'));
  const measured = useMemo((): ByUnit => ({ block, attn, ffn }), [block, attn, ffn]);
  const ready = useApp(canMeasure);
  const job = useApp((s) => s.jobs.influence?.of);
  const first = block ?? attn ?? ffn;
  const { line } = METRIC_WORDS[metric];
  const measure = isPlain(metric) && !job && (
    <Button look={first ? 'plain' : 'primary'} disabled={!ready} onClick={() => void computeInfluence(metric)}>
      {first ? 'Compute here' : 'Measure influence'}
    </Button>
  );

  return (
    <Panel title="Influence" explain={<InfluenceExplained metric={metric} />} className={css.panel}>
      <p className={css.unit}>{line}</p>
      {isRelative(metric) && <DenominatorChoice />}
      {!isPlain(metric) && <ShapleyControls metric={metric} />}
      {first ? (
        <InfluenceFrame metric={metric} measured={measured} first={first} actions={measure} />
      ) : (
        <div className={css.empty}>
          <p className="soft">{NOT_YET[traitsOf(metric).from]}</p>
          {measure}
        </div>
      )}
      {job && (isPlain(metric) || job !== metric) && (
        <div className={css.job}>
          <JobProgress slot="influence" />
        </div>
      )}
    </Panel>
  );
}
