import { useEffect, useMemo, useState } from 'react';
import { PLAIN_UNITS, type PlainUnit } from '../../../model/units';
import type { InfluenceMetric } from '../../../pruning/metrics';
import type { Scale } from '../../charts/plot-scale';
import { type ByUnit, intervalsOf } from '../../charts/rows';
import { valueScales } from '../../charts/value-scale';
import { type Influence, type ScaleChoice, shownValues } from '../../store/influence';
import { METRIC_WORDS } from '../../words/metrics';
import css from './influence.module.css';
import { UnitChart } from './unit-chart';

/** Between two charts of the same news, milliseconds: drawn at once they would hold the page still for some frames. */
const STAGGER = 40;

interface Props {
  readonly metric: InfluenceMetric;
  readonly measured: ByUnit;
  readonly choice: ScaleChoice;
  /** Beside another measure's charts its name stands over these. */
  readonly headed: boolean;
}

/**
 * A chart for each kind of unit above one another over the same blocks, so that a block's parts can be compared with the
 * whole: on one scale, unless each is to have its own.
 */
export default function InfluenceCharts({ metric, measured, choice, headed }: Props) {
  const charts = useMemo(() => {
    const units = PLAIN_UNITS.filter((unit) => measured[unit]);
    const plotted = units.map((unit) => ({
      values: shownValues(measured[unit]!),
      intervals: intervalsOf(measured[unit]!),
    }));
    const scales = valueScales(metric, plotted, choice);
    return units.map((unit, i) => ({ unit, metric, influence: measured[unit]!, ...plotted[i]!, scale: scales[i]! }));
  }, [metric, measured, choice]);
  return (
    <div className={css.charts}>
      {headed && <h4 className={css.head}>{METRIC_WORDS[metric].name}</h4>}
      {charts.map((chart, turn) => (
        <InTurn key={chart.unit} chart={chart} turn={turn} />
      ))}
    </div>
  );
}

interface Chart {
  readonly unit: PlainUnit;
  readonly metric: InfluenceMetric;
  readonly influence: Influence;
  readonly values: readonly number[];
  readonly intervals: ReturnType<typeof intervalsOf>;
  readonly scale: Scale;
}

function InTurn({ chart, turn }: { chart: Chart; turn: number }) {
  const [shown, setShown] = useState<Chart>();
  useEffect(() => {
    const timer = setTimeout(() => setShown(chart), turn * STAGGER);
    return () => clearTimeout(timer);
  }, [chart, turn]);
  if (!shown) return <div className={css.chart} />;
  const { unit, metric, values, intervals, scale } = shown;
  return <UnitChart unit={unit} metric={metric} values={values} intervals={intervals} scale={scale} />;
}
