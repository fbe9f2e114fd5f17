import { useEffect, useMemo } from 'react';
import { findTask } from '../../../benchmarks/tasks';
import type { CurveRequest } from '../../../lab/contract';
import { addCurves, applyPoint } from '../../actions/curves';
import { settingsOf } from '../../actions/metric-settings';
import { openResult } from '../../actions/result-files';
import { ChartFrame } from '../../charts/chart-frame';
import { curveAgain } from '../../store/again';
import type { Curve } from '../../store/curves';
import { canMeasure, judgeOf } from '../../store/measuring';
import { highlight } from '../../store/notify';
import { fileStem, modelName } from '../../store/select';
import type { AppState } from '../../store/state';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { Choice } from '../../widgets/choice';
import { Empty } from '../../widgets/empty';
import { FileButton } from '../../widgets/file-button';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { plural } from '../../words/format';
import { explodes, type Spot, type XAxis, type YAxis } from './axes';
import { X_AXES, Y_AXES } from './axis-words';
import type { BandKind } from './band';
import { ClaimNote } from './claim-note';
import { claimedPoints } from './claimed';
import { CurveChart } from './curve-chart';
import { CurveForm } from './curve-form';
import { CurveList } from './curve-list';
import { curvesSummary, curvesTable } from './curve-words';
import css from './curves.module.css';
import { CurvesExplained } from './curves-explained';
import { curvesProvenance } from './curves-provenance';
import { KnownCurves } from './known-curves';
import { usePresent } from './use-present';

const BANDS: readonly { value: BandKind; text: string }[] = [
  { value: 'range', text: 'least to greatest' },
  { value: 'middle', text: '5th to 95th percentile' },
];

const apply = (curve: Curve, spot: Spot) => applyPoint(curve, spot.point);

/** What is left of the model as more and more goes. */
export default function CurvesPanel() {
  const report = useApp((s) => s.open.model?.report);
  const all = useApp((s) => s.curves);
  const curves = useMemo(() => all.filter((c) => c.model === report?.fingerprint), [all, report]);
  const waiting = useApp((s) => s.curvesWaiting.length);
  const running = useApp((s) => s.jobs.curve !== undefined);
  const ready = useApp(canMeasure);
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const [x, setX] = useKept<XAxis>('curves.x', 'units');
  const [wantedY, setY] = useKept<YAxis>('curves.y', 'loss');
  const [wantedLog, setLog] = useKept<boolean>('curves.log');
  const [band, setBand] = useKept<BandKind>('curves.band', 'range');
  useEffect(() => () => highlight(undefined), []);

  const has = useMemo(() => {
    const some = (test: (p: Curve['report']['points'][number]) => boolean) =>
      curves.some((c) => c.report.points.some(test));
    return { accuracy: some((p) => !!p.accuracy), time: some((p) => !!p.milliseconds), draws: some((p) => !!p.draws) };
  }, [curves]);
  const y = wantedY === 'accuracy' && !has.accuracy ? 'loss' : wantedY;
  const log = y !== 'accuracy' && (wantedLog ?? explodes(curves));
  const present = usePresent(curves, x, y);
  const claim = useApp((s) => s.claimed);
  const claimed = useMemo(
    () => (claim && report ? claimedPoints(curves, report.blocks, claim) : []),
    [curves, report, claim],
  );
  const words = useMemo(
    () => report && { summary: curvesSummary(curves, report), table: curvesTable(curves, report) },
    [curves, report],
  );
  if (!report || !words) {
    return (
      <Panel title="Pruning curves" explain={<CurvesExplained />}>
        <p className="soft">No model yet.</p>
      </Panel>
    );
  }
  const preset = (
    <Button
      computes
      disabled={!ready}
      title="Attention, feed-forward and whole blocks, each lowest first by cosine, on one chart"
      look={curves.length === 0 ? 'primary' : 'plain'}
      onClick={() => void addCurves(...sideBySide(store.getState()))}
    >
      Attention against feed-forward
    </Button>
  );

  return (
    <Panel
      title="Pruning curves"
      explain={<CurvesExplained />}
      tools={
        <>
          {curves.length > 0 && preset}
          <FileButton
            label="Result file"
            accept=".json,application/json"
            title="Open a curve that was saved here or printed by the command line"
            onFile={(file) => void openResult(file)}
          >
            Open
          </FileButton>
        </>
      }
    >
      {claim && <ClaimNote claim={claim} points={claimed} blocks={report.blocks} />}
      {curves.length === 0 ? (
        !running && (
          <Empty action={preset}>
            The loss, as attention, feed-forward layers or whole blocks are dropped one after the other. It takes about
            one pass over the text for each point: {plural(3 * (report.blocks + 1), 'point')} here.
          </Empty>
        )
      ) : (
        <ChartFrame
          title={`${Y_AXES[y].name} against ${X_AXES[x].name}`}
          bare
          summary={words.summary}
          table={words.table}
          provenance={curvesProvenance(curves, model)}
          again={curves.map(curveAgain)}
          fileName={`${stem}-curves`}
        >
          <CurveChart
            curves={curves}
            model={report}
            x={x}
            y={y}
            log={log}
            band={band}
            chance={chanceOf(curves)}
            present={typeof present === 'string' ? undefined : present}
            claimed={claimed}
            onApply={apply}
          />
        </ChartFrame>
      )}
      {typeof present === 'string' && <p className="small soft">{present}</p>}
      {curves.length > 0 && (
        <div className={css.controls}>
          <Choice
            label="Height"
            value={y}
            options={[
              { value: 'loss', text: 'Loss' },
              { value: 'perplexity', text: 'Perplexity' },
              ...(has.accuracy ? [{ value: 'accuracy' as const, text: 'Accuracy' }] : []),
            ]}
            onChange={(v: YAxis) => setY(v)}
          />
          {y !== 'accuracy' && <Check label="Logarithmic" checked={log} onChange={setLog} />}
          <Select
            label="against"
            shown
            value={x}
            groups={[
              {
                options: (Object.keys(X_AXES) as XAxis[]).map((value) => ({
                  value,
                  text: X_AXES[value].name,
                  disabled: value === 'time' && !has.time,
                })),
              },
            ]}
            hint={has.time ? undefined : 'Time saved needs a curve with “Time each point”'}
            onChange={(v) => setX(v)}
          />
          {has.draws && y !== 'accuracy' && (
            <Select label="Random band" shown value={band} groups={[{ options: BANDS }]} onChange={(v) => setBand(v)} />
          )}
        </div>
      )}
      <CurveList curves={curves} />
      <KnownCurves shown={curves} />
      {running && (
        <div className={css.job}>
          <JobProgress slot="curve" />
          {waiting > 0 && <p className="small soft">{plural(waiting, 'more curve')} after this one.</p>}
        </div>
      )}
      <CurveForm blocks={report.blocks} />
    </Panel>
  );
}

/** attn, ffn and blocks by the same measure: the paper's finding is that the first goes most easily. */
function sideBySide(s: AppState): CurveRequest[] {
  const { locked } = s.open;
  const settings = settingsOf(s, 'cosine');
  return (['attn', 'ffn', 'block'] as const).map((unit) => ({
    strategy: 'one-shot',
    metric: 'cosine',
    unit,
    locked,
    ...(settings && { settings }),
    judge: judgeOf(s),
  }));
}

function chanceOf(curves: readonly Curve[]): number | undefined {
  const tasks = new Set(curves.flatMap((c) => c.report.benchmark?.task ?? []));
  // Of written answers chance has none right, of one's own items it differs: neither is a line to show.
  return tasks.size === 1 ? findTask([...tasks][0]!)?.chance || undefined : undefined;
}
