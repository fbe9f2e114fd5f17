import { useEffect, useMemo, useState } from 'react';
import type { GrowthMetric, GrowthPoint } from '../../lab/contract';
import { ChartFrame } from '../charts/chart-frame';
import { fixed, percent, short } from '../format';
import { Button } from '../shell/button';
import { Choice } from '../shell/choice';
import { JobProgress } from '../shell/job-progress';
import { LabelledSlider } from '../shell/labelled-slider';
import { Panel } from '../shell/panel';
import { fileStem } from '../store/select';
import type { Growth } from '../store/state';
import { store, useApp } from '../store/store';
import { AccuracyChart } from './accuracy-chart';
import css from './growth.module.css';
import { GrowthChart } from './growth-chart';
import { GrowthExplained } from './growth-explained';
import { SeriesForm } from './series-form';

const METRICS: readonly { value: GrowthMetric; text: string }[] = [
  { value: 'cosine', text: 'Cosine' },
  { value: 'loo-loss', text: 'Leave-one-out' },
];
const UNITS = [
  { value: 'block', text: 'Blocks' },
  { value: 'attn', text: 'Attention' },
  { value: 'ffn', text: 'Feed-forward' },
] as const;
type Unit = (typeof UNITS)[number]['value'];

/** Influence while a model was trained: a line for each block, and a slider that takes the tower through time. */
export default function GrowthPanel() {
  const [metric, setMetric] = useState<GrowthMetric>('cosine');
  const [unit, setUnit] = useState<Unit>('block');
  const [marked, setMarked] = useState<number>();
  const growth = useApp((s) => s.growth[metric]);
  const moment = useApp((s) => s.moment);
  const at = moment?.metric === metric ? moment.point : undefined;
  // The tower shows the finished model again once the panel is left.
  useEffect(() => () => store.setState({ moment: undefined }), []);
  const pick = (point: number) => store.setState({ moment: { metric, point } });
  const points = growth?.report.points ?? [];

  return (
    <Panel
      title="Growing up"
      explain={<GrowthExplained />}
      tools={
        <>
          <Choice label="Measure" value={metric} options={METRICS} onChange={(m) => setMetric(m)} />
          <Choice label="Units" value={unit} options={UNITS} onChange={(u) => setUnit(u)} />
        </>
      }
    >
      <div className={css.layout}>
        <SeriesForm metric={metric} />
        <div className={css.outcome}>
          <JobProgress slot="growth" />
          {growth && points.length > 0 ? (
            <>
              <GrowthFigure growth={growth} unit={unit}>
                <GrowthChart
                  points={points}
                  values={(p) => p[unit]}
                  at={at}
                  marked={marked}
                  onPick={pick}
                  onMark={setMarked}
                />
                <AccuracyChart points={points} task={growth.report.task?.task} at={at} />
              </GrowthFigure>
              <div className={css.slider}>
                <LabelledSlider
                  label="The tower shows"
                  value={at ?? points.length - 1}
                  min={0}
                  max={Math.max(1, points.length - 1)}
                  step={1}
                  text={momentWords(points[at ?? points.length - 1]!, at === undefined)}
                  onChange={pick}
                />
                <Button disabled={at === undefined} onClick={() => store.setState({ moment: undefined })}>
                  Back to the finished model
                </Button>
              </div>
              {growth.report.failures.length > 0 && (
                <ul className={css.failures}>
                  {growth.report.failures.map((f) => (
                    <li key={f.name} className="small">
                      <strong>{f.name}</strong> could not be measured: {f.message}
                    </li>
                  ))}
                </ul>
              )}
            </>
          ) : (
            <p className={css.nothing}>
              A line for each block shows when in training it became important. Choose where the checkpoints come from
              and measure them: one after the other is opened, measured and let go.
            </p>
          )}
        </div>
      </div>
    </Panel>
  );
}

function momentWords({ name, step, loss }: GrowthPoint, finished: boolean): string {
  if (finished) return 'the finished model';
  return `${step === undefined ? name : `step ${step.toLocaleString('en')}`}, loss ${fixed(loss, 2)}`;
}

interface FigureProps {
  readonly growth: Growth;
  readonly unit: Unit;
  readonly children: React.ReactNode;
}

function GrowthFigure({ growth: { of, report, origin, text }, unit, children }: FigureProps) {
  const stem = useApp(fileStem);
  const { points, metric, tokens, task, partial } = report;
  const table = useMemo(
    () => ({
      columns: [
        'checkpoint',
        'loss',
        ...(task ? [`${task.task} accuracy`] : []),
        ...points[0]![unit].map((_, block) => `${unit} ${block}`),
      ],
      rows: points.map((p) => [p.name, p.loss, ...(task ? [p.accuracy?.accuracy] : []), ...p[unit]]),
    }),
    [points, task, unit],
  );
  return (
    <ChartFrame
      title={`${metric === 'cosine' ? 'Cosine influence' : 'Leave-one-out loss'} during training, ${unit === 'block' ? 'blocks' : unit}`}
      bare
      summary={summarise(points, unit)}
      table={table}
      provenance={{ model: of, text, tokens, origin, notes: partial ? ['not all checkpoints are done'] : [] }}
      fileName={`${stem}-growth-${metric}-${unit}`}
    >
      {children}
    </ChartFrame>
  );
}

/** What the lines say, in two sentences. */
function summarise(points: readonly GrowthPoint[], unit: Unit): string {
  const [first, last] = [points[0]!, points.at(-1)!];
  const change = last[unit].map((v, block) => ({ block, from: first[unit][block]!, to: v }));
  const rise = change.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  const name = unit === 'block' ? 'block' : unit;
  const loss = `From ${first.name} to ${last.name} the loss goes from ${fixed(first.loss, 2)} to ${fixed(last.loss, 2)}`;
  const accuracy =
    first.accuracy && last.accuracy
      ? ` and accuracy from ${percent(first.accuracy.accuracy)} to ${percent(last.accuracy.accuracy)}`
      : '';
  return `${loss}${accuracy}. ${name[0]!.toUpperCase()}${name.slice(1)} ${rise.block} gains most: from ${short(rise.from)} to ${short(rise.to)}.`;
}
