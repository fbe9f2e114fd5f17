import { useCallback, useEffect, useMemo, useState } from 'react';
import type { GrowthMetric, GrowthPoint, InfluenceMetric } from '../../../lab/contract';
import { PLAIN_UNITS, type PlainUnit } from '../../../model/units';
import { isPlain, isUsual, METRIC_NAMES } from '../../../pruning/metrics';
import { showShippedGrowth } from '../../actions/growth';
import { ChartFrame } from '../../charts/chart-frame';
import { growthAgain } from '../../store/again';
import type { Growth } from '../../store/growth';
import { fileStem } from '../../store/select';
import { changeOpen, store } from '../../store/store';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { Choice } from '../../widgets/choice';
import { JobProgress } from '../../widgets/job-progress';
import { LabelledSlider } from '../../widgets/labelled-slider';
import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { checkpointWords, fixed, percent, short, upperFirst } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import { chosenWords } from '../../words/tasks';
import { UNIT_WORDS, unitName, unitOptions } from '../../words/units';
import css from './growth.module.css';
import { GrowthChart } from './growth-chart';
import { GrowthExplained } from './growth-explained';
import { SeriesForm } from './series-form';

const METRICS = METRIC_NAMES.filter(isPlain)
  .filter(isUsual)
  .map((value) => ({ value, text: METRIC_WORDS[value].brief ?? METRIC_WORDS[value].short }));
/** Those that series are measured by. */
const isMeasured = (metric: InfluenceMetric): metric is GrowthMetric => METRICS.some(({ value }) => value === metric);
const setLog = (log: boolean) => store.setState({ scale: log ? 'log' : 'linear' });
const UNITS = unitOptions(PLAIN_UNITS, 'brief');

/** Influence while a model was trained: a line for each block, and a slider that takes the tower through time. */
export default function GrowthPanel() {
  const metric = useApp(({ metric: shown }): GrowthMetric => (isMeasured(shown) ? shown : 'loo-loss'));
  const [unit, setUnit] = useKept<PlainUnit>('growth.unit', 'block');
  const growth = useApp((s) => s.open.growth[metric]);
  const model = useApp((s) => s.open.model);
  const moment = useApp((s) => s.open.moment);
  const points = growth?.report.points ?? [];
  // A series that is measured anew begins with fewer points than the one before had.
  const at = moment?.metric === metric && moment.point < points.length ? moment.point : undefined;
  useEffect(() => {
    if (model) void showShippedGrowth();
  }, [model]);
  // The tower shows the finished model again once the panel is left.
  useEffect(() => () => changeOpen({ moment: undefined }), []);
  const pick = useCallback((point: number) => changeOpen({ moment: { metric, point } }), [metric]);
  const { playing, toggle, stop } = useFilm(at, points.length, pick);
  const choose = useCallback(
    (point: number) => {
      stop();
      pick(point);
    },
    [stop, pick],
  );
  const leave = () => {
    stop();
    changeOpen({ moment: undefined });
  };
  const changeMetric = (next: GrowthMetric) => {
    leave();
    store.setState({ metric: next });
  };
  const shown = points[at ?? points.length - 1];
  // A series may be of another model than the open one, whose tower it cannot colour.
  const fits = shown?.attn.length === model?.report.blocks;
  const log = useApp((s) => s.scale === 'log');

  return (
    <Panel
      title="Growing up"
      explain={<GrowthExplained />}
      tools={
        <>
          <Choice label="Measure" value={metric} options={METRICS} onChange={changeMetric} />
          <Choice label="Units" value={unit} options={UNITS} onChange={(u) => setUnit(u)} />
        </>
      }
    >
      <div className={css.layout}>
        <div className={css.outcome}>
          <JobProgress slot="growth" />
          {growth && shown ? (
            <>
              <GrowthFigure
                growth={growth}
                unit={unit}
                actions={<Check label="Logarithmic" checked={log} onChange={setLog} />}
              >
                <GrowthChart
                  points={points}
                  metric={metric}
                  unit={unit}
                  log={log}
                  task={growth.report.task}
                  at={at}
                  onPick={choose}
                />
              </GrowthFigure>
              <div className={css.slider}>
                <Button icon={playing ? 'pause' : 'play'} disabled={points.length < 2} onClick={toggle}>
                  {playing ? 'Pause' : 'Play'}
                </Button>
                <LabelledSlider
                  label={fits ? 'The tower shows' : 'Checkpoint'}
                  value={at ?? points.length - 1}
                  min={0}
                  max={Math.max(1, points.length - 1)}
                  step={1}
                  text={fits && at === undefined ? 'the finished model' : momentWords(shown)}
                  // The slider has two places even where there is one point.
                  onChange={(point) => choose(Math.min(point, points.length - 1))}
                />
                {fits && (
                  <Button disabled={at === undefined} onClick={leave}>
                    Back to the finished model
                  </Button>
                )}
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
        <SeriesForm metric={metric} />
      </div>
    </Panel>
  );
}

const momentWords = (point: GrowthPoint): string => `${checkpointWords(point)}, loss ${fixed(point.loss, 2)}`;

/** How long the film stays at a checkpoint. */
const FRAME_MS = 900;

/** Takes the tower from one checkpoint to the next; from the first on, where the film stands at the end. */
function useFilm(at: number | undefined, length: number, pick: (point: number) => void) {
  const [playing, setPlaying] = useState(false);
  const last = length - 1;
  useEffect(() => {
    if (!playing) return;
    if (at === undefined || at >= last) return setPlaying(false);
    const timer = setTimeout(() => pick(at + 1), FRAME_MS);
    return () => clearTimeout(timer);
  }, [playing, at, last, pick]);
  const toggle = () => {
    if (!playing && (at === undefined || at >= last)) pick(0);
    setPlaying(!playing);
  };
  const stop = useCallback(() => setPlaying(false), []);
  return { playing, toggle, stop };
}

interface FigureProps {
  readonly growth: Growth;
  readonly unit: PlainUnit;
  readonly actions: React.ReactNode;
  readonly children: React.ReactNode;
}

function GrowthFigure({ growth, unit, actions, children }: FigureProps) {
  const { report, origin, text } = growth;
  const stem = useApp(fileStem);
  const { series, points, metric, tokens, task, partial } = report;
  const table = useMemo(
    () => ({
      columns: [
        'checkpoint',
        'loss',
        ...(task ? [`accuracy on ${task.task}, ${chosenWords(task)}`] : []),
        ...points[0]![unit].map((_, block) => unitName(unit, block)),
      ],
      rows: points.map((p) => [p.name, p.loss, ...(task ? [p.accuracy?.accuracy] : []), ...p[unit]]),
    }),
    [points, task, unit],
  );
  return (
    <ChartFrame
      title={`${METRIC_WORDS[metric].name} during training, ${UNIT_WORDS[unit].all}`}
      bare
      summary={summarise(points, unit)}
      table={table}
      provenance={{ model: series, text, tokens, origin, notes: partial ? ['not all checkpoints are done'] : [] }}
      again={[growthAgain(growth)]}
      fileName={`${stem}-growth-${metric}-${unit}`}
      actions={actions}
    >
      {children}
    </ChartFrame>
  );
}

/** What the lines say, in two sentences. */
function summarise(points: readonly GrowthPoint[], unit: PlainUnit): string {
  const [first, last] = [points[0]!, points.at(-1)!];
  const change = last[unit].map((v, block) => ({ block, from: first[unit][block]!, to: v }));
  const rise = change.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  const loss = `From ${checkpointWords(first)} to ${checkpointWords(last)} the loss goes from ${fixed(first.loss, 2)} to ${fixed(last.loss, 2)}`;
  const accuracy =
    first.accuracy && last.accuracy
      ? ` and accuracy from ${percent(first.accuracy.accuracy)} to ${percent(last.accuracy.accuracy)}`
      : '';
  return `${loss}${accuracy}. ${upperFirst(unitName(unit, rise.block))} gains most: from ${short(rise.from)} to ${short(rise.to)}.`;
}
