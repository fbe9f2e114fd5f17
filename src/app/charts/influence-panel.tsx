import { lazy, Suspense, useState } from 'react';
import { computeInfluence } from '../lab/influence';
import { canMeasure } from '../lab/score';
import { Button } from '../shell/button';
import { Choice } from '../shell/choice';
import { JobProgress } from '../shell/job-progress';
import { OriginNote } from '../shell/origin';
import { Panel } from '../shell/panel';
import { influenceOf } from '../store/select';
import type { ShownMetric } from '../store/state';
import { useApp } from '../store/store';
import { saveInfluenceCsv } from './csv';
import css from './influence.module.css';
import { InfluenceExplained } from './influence-explained';
import { InfluenceSummary } from './influence-summary';
import { InfluenceTable } from './influence-table';

/** Recharts is large: the page is there before it is. */
const InfluenceCharts = lazy(() => import('./influence-charts'));

const METRICS = [
  { value: 'cosine', text: 'Cosine' },
  { value: 'loo-loss', text: 'Leave-one-out' },
] as const;
const VIEWS = [
  { value: 'chart', text: 'Chart' },
  { value: 'table', text: 'Table' },
] as const;

/** What each block, attn and ffn was worth, by two measures. */
export function InfluencePanel() {
  const [metric, setMetric] = useState<ShownMetric>('loo-loss');
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const block = useApp((s) => influenceOf(s, metric, 'block'));
  const attn = useApp((s) => influenceOf(s, metric, 'attn'));
  const ffn = useApp((s) => influenceOf(s, metric, 'ffn'));
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.influence !== undefined);
  const measured = block && attn && ffn;

  return (
    <Panel
      title="Influence"
      explain={<InfluenceExplained />}
      className={css.panel}
      tools={<Choice label="Measure" value={metric} options={METRICS} onChange={(m) => setMetric(m)} />}
    >
      <p className={css.unit}>
        {metric === 'cosine'
          ? '1 − cosine similarity of the stream before and after; larger changes it more'
          : 'loss added when this unit alone is dropped, nats per token; larger is worth more'}
      </p>
      {measured ? (
        <>
          <InfluenceSummary metric={metric} block={block} attn={attn} ffn={ffn} />
          <div className={css.body}>
            {view === 'chart' ? (
              <Suspense fallback={<p className="soft small">Drawing the charts…</p>}>
                <InfluenceCharts metric={metric} block={block} attn={attn} ffn={ffn} />
              </Suspense>
            ) : (
              <InfluenceTable block={block} attn={attn} ffn={ffn} />
            )}
          </div>
        </>
      ) : (
        <div className={css.empty}>
          <p className="soft">
            Not measured on this model yet. Cosine takes one pass over the calibration text; leave-one-out drops every
            unit in turn and takes longer.
          </p>
        </div>
      )}
      <div className={css.foot}>
        {running ? (
          <div className={css.job}>
            <JobProgress slot="influence" />
          </div>
        ) : (
          <>
            <OriginNote origin={attn?.origin} text={attn?.text} />
            <div className={css.buttons}>
              {measured && <Choice label="View" value={view} options={VIEWS} onChange={(v) => setView(v)} />}
              <Button
                look={measured ? 'plain' : 'primary'}
                disabled={!ready}
                onClick={() => void computeInfluence(metric)}
              >
                {measured ? 'Compute here' : 'Measure influence'}
              </Button>
              {measured && (
                <Button icon="download" onClick={() => saveInfluenceCsv(metric, block, attn, ffn)}>
                  CSV
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
