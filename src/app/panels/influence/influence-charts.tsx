import { useEffect, useMemo, useState } from 'react';
import { PLAIN_UNITS, type PlainUnit } from '../../../model/units';
import type { InfluenceMetric } from '../../../pruning/metrics';
import { type ByUnit, intervalsOf } from '../../charts/rows';
import { type Influence, shownValues } from '../../store/influence';
import css from './influence.module.css';
import { UnitChart } from './unit-chart';

/** The charts' common height in CSS pixels, whether one, two or three share it. */
const HEIGHT = 372;
const MOST_HEIGHT = 240;
/** Between two charts of the same news, milliseconds: drawn at once they would hold the page still for some frames. */
const STAGGER = 40;

/** A chart for each kind of unit above one another over the same blocks, so that a block's parts can be compared with the whole. */
export default function InfluenceCharts({ metric, measured }: { metric: InfluenceMetric; measured: ByUnit }) {
  const units = PLAIN_UNITS.filter((unit) => measured[unit]);
  return (
    <div className={css.charts}>
      {units.map((unit, turn) => (
        <OneChart
          key={unit}
          metric={metric}
          unit={unit}
          influence={measured[unit]!}
          turn={turn}
          height={Math.min(MOST_HEIGHT, HEIGHT / units.length)}
        />
      ))}
    </div>
  );
}

interface OneProps {
  readonly metric: InfluenceMetric;
  readonly unit: PlainUnit;
  readonly influence: Influence;
  readonly turn: number;
  readonly height: number;
}

function OneChart({ metric, unit, influence, turn, height }: OneProps) {
  const [shown, setShown] = useState<{ metric: InfluenceMetric; influence: Influence }>();
  useEffect(() => {
    const timer = setTimeout(() => setShown({ metric, influence }), turn * STAGGER);
    return () => clearTimeout(timer);
  }, [metric, influence, turn]);
  const values = useMemo(() => shown && shownValues(shown.influence), [shown]);
  if (!shown || !values) return <div style={{ height }} />;
  return (
    <UnitChart
      unit={unit}
      metric={shown.metric}
      values={values}
      intervals={intervalsOf(shown.influence)}
      height={height}
    />
  );
}
