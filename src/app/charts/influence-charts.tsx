import { useEffect, useMemo, useState } from 'react';
import { isBlockDropped, isDropped } from '../../pruning/mask';
import { maskOf, shownValues } from '../store/select';
import type { ShownMetric, ShownUnit } from '../store/state';
import { useApp } from '../store/store';
import css from './influence.module.css';
import { intervalsOf, type Measured, SHOWN_UNITS } from './rows';
import { UnitChart } from './unit-chart';

/** The charts' common height in CSS pixels, whether one, two or three share it. */
const HEIGHT = 372;

/** A chart for each kind of unit above one another over the same blocks, so that a block's parts can be compared with the whole. */
export default function InfluenceCharts({ metric, measured }: { metric: ShownMetric; measured: Measured }) {
  const units = SHOWN_UNITS.filter((unit) => measured[unit]);
  // One chart a turn: drawing all three at once would hold the page still for longer than a few frames.
  const [drawn, setDrawn] = useState(1);
  useEffect(() => {
    if (drawn >= SHOWN_UNITS.length) return;
    const timer = setTimeout(() => setDrawn(drawn + 1), 0);
    return () => clearTimeout(timer);
  }, [drawn]);
  return (
    <div className={css.charts}>
      {units.slice(0, drawn).map((unit) => (
        <OneChart
          key={unit}
          metric={metric}
          unit={unit}
          influence={measured[unit]!}
          height={Math.min(240, HEIGHT / units.length)}
        />
      ))}
    </div>
  );
}

interface OneProps {
  readonly metric: ShownMetric;
  readonly unit: ShownUnit;
  readonly influence: NonNullable<Measured[ShownUnit]>;
  readonly height: number;
}

function OneChart({ metric, unit, influence, height }: OneProps) {
  const mask = useApp(maskOf);
  const values = useMemo(() => shownValues(influence), [influence]);
  const dropped = useMemo(
    () =>
      values.map((_, block) =>
        unit === 'block' ? isBlockDropped(mask, block) : isDropped(mask, { block, kind: unit }),
      ),
    [values, unit, mask],
  );
  return (
    <UnitChart
      unit={unit}
      metric={metric}
      values={values}
      intervals={intervalsOf(influence)}
      dropped={dropped}
      height={height}
    />
  );
}
