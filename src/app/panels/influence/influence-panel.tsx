import { useMemo } from 'react';
import {
  type InfluenceMetric,
  isPlain,
  isRelative,
  METRIC_NAMES,
  type MetricSource,
  traitsOf,
} from '../../../pruning/metrics';
import { influenceSeconds } from '../../actions/cost';
import { computeInfluence } from '../../actions/influence';
import type { ByUnit } from '../../charts/rows';
import { canMeasure } from '../../store/measuring';
import { influenceOf } from '../../store/select';
import { Button } from '../../widgets/button';
import { JobCost } from '../../widgets/job-cost';
import { JobProgress } from '../../widgets/job-progress';
import { Late, late } from '../../widgets/late';
import { Panel } from '../../widgets/panel';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { upperFirst } from '../../words/format';
import { METRIC_WORDS, metricOptions } from '../../words/metrics';
import { DenominatorChoice } from './denominator-choice';
import css from './influence.module.css';
import { InfluenceExplained } from './influence-explained';
import { InfluenceFrame } from './influence-frame';

/** With what reads and writes result files: the first screen needs neither. */
const ShapleyControls = late(async () => ({ default: (await import('./shapley-controls')).ShapleyControls }));

const NOT_YET: Readonly<Record<MetricSource, string>> = {
  pass: 'Not measured on this model yet. One pass over the text gives this measure and all others of its group.',
  gradient:
    'Not measured on this model yet. One pass up the model and one back down it give every unit at once, in about the time of three passes.',
  without: 'Not measured on this model yet. Every unit is dropped in turn, which takes longer than one pass.',
  recovered:
    'Not measured on this model yet. The mean of what each unit adds is learned in one pass; then each stands in its unit’s place in turn.',
  sampled:
    'Not measured on this model yet. Units are dropped at random, again and again; estimates show at once and grow surer the longer it runs.',
};

/** What is known of a metric, by kind of unit; undefined where nothing is. */
function useMeasured(metric: InfluenceMetric): ByUnit | undefined {
  const block = useApp((s) => influenceOf(s, metric, 'block'));
  const attn = useApp((s) => influenceOf(s, metric, 'attn'));
  const ffn = useApp((s) => influenceOf(s, metric, 'ffn'));
  return useMemo(() => (block || attn || ffn ? { block, attn, ffn } : undefined), [block, attn, ffn]);
}

/** What each block, attention and feed-forward was worth, by the one measure on the screen and perhaps another beside it. */
export function InfluencePanel() {
  const metric = useApp((s) => s.metric);
  const [beside, setBeside] = useKept<InfluenceMetric>('influence.beside');
  const measured = useMeasured(metric);
  const compared = useMeasured(beside ?? metric);
  const shown = useMemo(
    () =>
      measured
        ? [
            { metric, measured },
            ...(beside && beside !== metric && compared ? [{ metric: beside, measured: compared }] : []),
          ]
        : [],
    [metric, measured, beside, compared],
  );
  const ready = useApp(canMeasure);
  const job = useApp((s) => s.jobs.influence?.of);
  const { name, line } = METRIC_WORDS[metric];
  const measure = isPlain(metric) && !job && (
    <>
      <JobCost of={metric} ask={() => influenceSeconds(metric)} />
      <Button
        look={measured ? 'plain' : 'primary'}
        computes
        disabled={!ready}
        onClick={() => void computeInfluence(metric)}
      >
        {measured ? 'Compute here' : 'Measure influence'}
      </Button>
    </>
  );

  return (
    <Panel
      title="Influence"
      explain={<InfluenceExplained metric={metric} />}
      className={css.panel}
      tools={measured && <Beside metric={metric} value={beside} onChange={setBeside} />}
    >
      <p className={css.unit}>
        <strong>{name}.</strong> {upperFirst(line)}.
      </p>
      {isRelative(metric) && <DenominatorChoice />}
      {!isPlain(metric) && (
        <Late waiting="Loading…">
          <ShapleyControls metric={metric} />
        </Late>
      )}
      {shown.length > 0 ? (
        <InfluenceFrame shown={shown} actions={measure} />
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

interface BesideProps {
  readonly metric: InfluenceMetric;
  readonly value: InfluenceMetric | undefined;
  onChange(metric: InfluenceMetric | undefined): void;
}

/** A second measure, only where it is asked for: what has been measured of the others. */
function Beside({ metric, value, onChange }: BesideProps) {
  const influence = useApp((s) => s.open.influence);
  const others = useMemo(
    () => METRIC_NAMES.filter((m) => m !== metric && influence.some(({ report }) => report.metric === m)),
    [influence, metric],
  );
  const nothing = { options: [{ value: '' as const, text: 'nothing' }] };
  return (
    <span className={css.compare}>
      <Select<InfluenceMetric | ''>
        label="Compare with"
        shown
        value={value && others.includes(value) ? value : ''}
        groups={[nothing, ...metricOptions(others)]}
        onChange={(m) => onChange(m || undefined)}
      />
    </span>
  );
}
