import { useEffect, useMemo, useState } from 'react';
import { isBlockDropped, isDropped, toggleBlock, toggleSublayer } from '../../pruning/mask';
import { maskOf } from '../store/select';
import type { Influence, ShownMetric, ShownUnit } from '../store/state';
import { setMask, store, useApp } from '../store/store';
import css from './influence.module.css';
import { influenceRows } from './rows';
import { UnitChart } from './unit-chart';

interface Props {
  readonly metric: ShownMetric;
  readonly block: Influence;
  readonly attn: Influence;
  readonly ffn: Influence;
}

const CHARTS: readonly { unit: ShownUnit; field: 'whole' | 'attn' | 'ffn'; title: string }[] = [
  { unit: 'block', field: 'whole', title: 'Whole blocks' },
  { unit: 'attn', field: 'attn', title: 'Attention (attn)' },
  { unit: 'ffn', field: 'ffn', title: 'Feed-forward (ffn)' },
];

/** Three charts above one another over the same blocks, so that a block's parts can be compared with the whole. */
export default function InfluenceCharts({ metric, block, attn, ffn }: Props) {
  const mask = useApp(maskOf);
  const rows = useMemo(() => influenceRows(block, attn, ffn), [block, attn, ffn]);
  const values = useMemo(
    () => ({ whole: rows.map((r) => r.whole), attn: rows.map((r) => r.attn), ffn: rows.map((r) => r.ffn) }),
    [rows],
  );
  // One chart a turn: drawing all three at once would hold the page still for longer than a few frames.
  const [drawn, setDrawn] = useState(1);
  useEffect(() => {
    if (drawn >= CHARTS.length) return;
    const timer = setTimeout(() => setDrawn(drawn + 1), 0);
    return () => clearTimeout(timer);
  }, [drawn]);
  return (
    <div className={css.charts}>
      {CHARTS.slice(0, drawn).map(({ unit, field, title }) => (
        <UnitChart
          key={unit}
          unit={unit}
          title={title}
          metric={metric}
          values={values[field]}
          dropped={rows.map((r) =>
            unit === 'block' ? isBlockDropped(mask, r.block) : isDropped(mask, { block: r.block, kind: unit }),
          )}
          onToggle={(i) => {
            const now = maskOf(store.getState());
            setMask(unit === 'block' ? toggleBlock(now, i) : toggleSublayer(now, { block: i, kind: unit }));
          }}
          onHover={(i) =>
            store.setState({ hovered: i === undefined || unit === 'block' ? undefined : { block: i, kind: unit } })
          }
        />
      ))}
    </div>
  );
}
