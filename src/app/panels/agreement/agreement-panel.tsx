import { useEffect, useMemo } from 'react';
import { UNIT_NAMES, type UnitKind } from '../../../model/units';
import { disagreements, kendall, spearman } from '../../../pruning/agreement';
import { isPlain, METRIC_NAMES } from '../../../pruning/metrics';
import { measureAll } from '../../actions/measure-all';
import { ChartFrame } from '../../charts/chart-frame';
import { jointProvenance } from '../../charts/provenance';
import { canMeasure } from '../../store/measuring';
import { highlight } from '../../store/notify';
import { fileStem, modelName } from '../../store/select';
import { Button } from '../../widgets/button';
import { Choice } from '../../widgets/choice';
import { Empty } from '../../widgets/empty';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { METRIC_WORDS } from '../../words/metrics';
import { unitOptions } from '../../words/units';
import css from './agreement.module.css';
import { AgreementExplained } from './agreement-explained';
import { matrixSummary, matrixTable, rangeOfRanks, slopeSummary, slopeTable } from './agreement-words';
import { Matrix, type Pair } from './matrix';
import { type MeasuredMetric, measuredMetrics, type NamedUnit, namedUnits } from './measured';
import { Multiples } from './multiples';
import { SlopeChart } from './slope-chart';
import { furthest, slopesOf } from './slope-layout';

const UNITS = unitOptions(UNIT_NAMES, 'brief');
const CORRELATIONS = [
  { value: 'spearman', text: 'Spearman' },
  { value: 'kendall', text: 'Kendall' },
] as const;
/** Units named as those that metrics disagree on most. */
const NAMED = 3;
const PLAIN = METRIC_NAMES.filter(isPlain);

/** How far metrics agree on which units matter, and where they part. */
export default function AgreementPanel() {
  const [unit, setUnit] = useKept<UnitKind>('agreement.unit', 'sublayer');
  const blocks = useApp((s) => s.open.model?.report.blocks ?? 0);
  const influence = useApp((s) => s.open.influence);
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.influence !== undefined);
  const measured = useMemo(() => measuredMetrics(influence, unit), [influence, unit]);
  const units = useMemo(() => namedUnits(blocks, unit), [blocks, unit]);
  useEffect(() => () => highlight(undefined), []);
  const missing = PLAIN.some((metric) => !measured.some((m) => m.metric === metric));
  const measure = missing && !running && (
    <Button
      look={measured.length < 3 ? 'primary' : 'plain'}
      disabled={!ready}
      title="All influences of one pass, and cost alone by loss and by logits, for every kind of unit"
      onClick={() => void measureAll()}
    >
      Measure the others
    </Button>
  );
  return (
    <Panel
      title="Agreement between measures"
      explain={<AgreementExplained />}
      tools={
        <>
          {measured.length >= 2 && measure}
          <Choice label="Units" value={unit} options={UNITS} onChange={(u) => setUnit(u)} />
        </>
      }
    >
      <div className={css.job}>
        <JobProgress slot="influence" />
      </div>
      {measured.length < 2 ? (
        !running && (
          <Empty action={measure}>
            Every measure’s order of the units against every other’s, and the units they disagree on most. It takes one
            pass over the text, then two without each unit: about {6 * blocks} in all.
          </Empty>
        )
      ) : (
        <>
          <Multiples measured={measured} units={units} unit={unit} />
          <Comparison measured={measured} units={units} />
        </>
      )}
    </Panel>
  );
}

const FIRST_PAIR: readonly [MeasuredMetric['metric'], MeasuredMetric['metric']] = ['loo-loss', 'cosine'];

function Comparison({ measured, units }: { measured: readonly MeasuredMetric[]; units: readonly NamedUnit[] }) {
  const [kind, setKind] = useKept<'spearman' | 'kendall'>('agreement.kind', 'spearman');
  const [wanted, setWanted] = useKept('agreement.pair', FIRST_PAIR);
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const metrics = useMemo(() => measured.map((m) => m.metric), [measured]);
  const matrix = useMemo(() => {
    const correlate = kind === 'spearman' ? spearman : kendall;
    const correlations = measured.map((a) => measured.map((b) => (a === b ? 1 : correlate(a.values, b.values))));
    return {
      correlations,
      summary: matrixSummary(measured, correlations),
      table: matrixTable(measured, correlations),
    };
  }, [measured, kind]);
  const chosen = useMemo((): Pair => {
    const [a, b] = wanted.map((m) => metrics.indexOf(m)) as [number, number];
    return a < 0 || b < 0 ? { row: 1, column: 0 } : { row: Math.max(a, b), column: Math.min(a, b) };
  }, [wanted, metrics]);
  const pair = useMemo(() => {
    const [a, b] = [measured[chosen.column]!, measured[chosen.row]!];
    const slopes = slopesOf(a.values, b.values);
    const moved = furthest(slopes, NAMED);
    return {
      ...{ a, b, slopes, moved },
      summary: slopeSummary(a, b, moved, units),
      table: slopeTable(a, b, slopes, units),
    };
  }, [measured, chosen, units]);
  const parted = useMemo(
    () =>
      disagreements(measured.map((m) => m.values))
        .filter((d) => d.spread > 0)
        .slice(0, NAMED + 2),
    [measured],
  );
  const [left, right] = [METRIC_WORDS[pair.a.metric].short, METRIC_WORDS[pair.b.metric].short];
  const name = kind === 'spearman' ? 'Spearman’s rank correlation' : 'Kendall’s rank correlation';

  return (
    <div className={css.charts}>
      <div>
        <ChartFrame
          title="Rank correlation of measures"
          summary={matrix.summary}
          table={matrix.table}
          provenance={jointProvenance(measured, model, [name])}
          again={measured.map(({ again }) => again)}
          fileName={`${stem}-agreement`}
          actions={<Choice label="Correlation" value={kind} options={CORRELATIONS} onChange={(k) => setKind(k)} />}
        >
          <Matrix
            label={name}
            metrics={metrics}
            correlations={matrix.correlations}
            chosen={chosen}
            onChoose={({ row, column }) => setWanted([metrics[row]!, metrics[column]!])}
          />
        </ChartFrame>
        {parted.length > 0 && (
          <section className={css.parted} aria-label="Where measures disagree most">
            <h3>Where all of them disagree most</h3>
            <ul>
              {parted.map((d) => (
                <li
                  key={d.unit}
                  onPointerEnter={() => highlight(units[d.unit]!.sublayers)}
                  onPointerLeave={() => highlight(undefined)}
                >
                  <strong>{units[d.unit]!.name}</strong>: {rangeOfRanks(d, measured)}
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <ChartFrame
        title={`${left} against ${right}`}
        summary={pair.summary}
        table={pair.table}
        provenance={jointProvenance([pair.a, pair.b], model, [`${pair.slopes.length} units`])}
        again={[pair.a.again, pair.b.again]}
        fileName={`${stem}-${pair.a.metric}-${pair.b.metric}`}
      >
        <SlopeChart left={left} right={right} slopes={pair.slopes} units={units} moved={pair.moved} />
      </ChartFrame>
    </div>
  );
}
