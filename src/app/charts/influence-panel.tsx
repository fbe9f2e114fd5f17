import { lazy, Suspense, useMemo, useState } from 'react';
import { computeInfluence } from '../lab/influence';
import { canMeasure } from '../lab/score';
import { Button } from '../shell/button';
import { Choice } from '../shell/choice';
import { JobProgress } from '../shell/job-progress';
import { Panel } from '../shell/panel';
import { fileStem, influenceOf, modelName } from '../store/select';
import type { ShownMetric } from '../store/state';
import { useApp } from '../store/store';
import { ChartFrame } from './chart-frame';
import css from './influence.module.css';
import { InfluenceExplained } from './influence-explained';
import { influenceSummary } from './influence-summary';
import { influenceRows } from './rows';

/** Recharts is large: the page is there before it is. */
const InfluenceCharts = lazy(() => import('./influence-charts'));

const METRICS = [
  { value: 'cosine', text: 'Cosine' },
  { value: 'loo-loss', text: 'Leave-one-out' },
] as const;

/** What each block, attn and ffn was worth, by two measures. */
export function InfluencePanel() {
  const [metric, setMetric] = useState<ShownMetric>('loo-loss');
  const block = useApp((s) => influenceOf(s, metric, 'block'));
  const attn = useApp((s) => influenceOf(s, metric, 'attn'));
  const ffn = useApp((s) => influenceOf(s, metric, 'ffn'));
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.influence !== undefined);
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const measured = block && attn && ffn;

  const rows = useMemo(() => block && attn && ffn && influenceRows(block, attn, ffn), [block, attn, ffn]);
  const measure = !running && (
    <Button look={measured ? 'plain' : 'primary'} disabled={!ready} onClick={() => void computeInfluence(metric)}>
      {measured ? 'Compute here' : 'Measure influence'}
    </Button>
  );

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
      {measured && rows ? (
        <ChartFrame
          title={metric === 'cosine' ? 'Cosine measure' : 'Leave-one-out loss'}
          bare
          summary={influenceSummary(metric, rows)}
          table={{
            columns: ['block', 'whole block', 'attn', 'ffn'],
            rows: rows.map((r) => [r.block, r.whole, r.attn, r.ffn]),
          }}
          provenance={{ model, text: attn.text, tokens: attn.report.tokens, origin: attn.origin }}
          fileName={`${stem}-${metric}`}
          actions={measure}
        >
          <Suspense fallback={<p className="soft small">Drawing the charts…</p>}>
            <InfluenceCharts metric={metric} block={block} attn={attn} ffn={ffn} />
          </Suspense>
        </ChartFrame>
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
          !measured && <div className={css.buttons}>{measure}</div>
        )}
      </div>
    </Panel>
  );
}
