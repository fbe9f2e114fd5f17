import { useMemo } from 'react';
import type { RecoveredUnitReport, RecoverReport } from '../../../lab/contract';
import { sublayersOf } from '../../../model/units';
import { formatDropList } from '../../../pruning/drop-list';
import { ChartFrame } from '../../charts/chart-frame';
import { linePath, Plot } from '../../charts/plot';
import { linearScale, type Scale } from '../../charts/plot-scale';
import type { Measured } from '../../store/measured';
import { fileStem, modelName } from '../../store/select';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { fixed } from '../../words/format';
import { unitName } from '../../words/units';
import css from './recovery.module.css';

const HEIGHT = 220;
/** Below it a map is no map any more, and what is above would not be told apart. */
const LOWEST = -0.5;

/** How much of a layer's update a map of each rank gives, on the windows it was fitted on and on the others. */
export function RankChart({
  report,
  origin,
  text,
}: Measured<Pick<RecoverReport, 'rank' | 'tokens'> & { readonly units: readonly RecoveredUnitReport[] }>) {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const [chosen, setChosen] = useKept('recovery.unit', 'all');
  const units = report.units;
  const rows = useMemo(() => {
    const own = units.filter((_, i) => chosen === 'all' || `${i}` === chosen);
    const shown = own.length > 0 ? own : units;
    const mean = (of: (u: (typeof units)[number]) => number) => shown.reduce((sum, u) => sum + of(u), 0) / shown.length;
    return (units[0]?.r2ByRank ?? []).map(([rank], k) => ({
      rank,
      fitted: mean((u) => u.r2ByRank![k]![1]),
      held: mean((u) => u.r2ByRank![k]![2] ?? Number.NaN),
    }));
  }, [units, chosen]);
  if (rows.length === 0) return null;
  const dropped = formatDropList(units.flatMap(({ unit }) => sublayersOf(unit.kind, unit.block)));
  const options = ['--drop', dropped, '--method', 'linear', ...(report.rank ? ['--rank', `${report.rank}`] : [])];
  const ranks = rows.map(({ rank }) => rank);
  const x: Scale = {
    ...{ kind: 'log', low: 1, high: ranks.at(-1)!, ticks: ranks },
    at: (v) => (ranks.at(-1) === 1 ? 0 : Math.log2(v) / Math.log2(ranks.at(-1)!)),
  };
  const values = rows.flatMap(({ fitted, held }) => [fitted, held]).map((v) => Math.max(LOWEST, v));
  const isHeld = rows.every(({ held }) => Number.isFinite(held));
  const telling = (row: (typeof rows)[number]) => (isHeld ? row.held : row.fitted);
  const best = rows.reduce((a, b) => (telling(b) > telling(a) ? b : a));
  const rank = report.rank ?? 0;
  return (
    <ChartFrame
      title="How much of a layer a map of each rank gives"
      summary={`R² against rank. On the windows that ${isHeld ? 'were not fitted on' : 'it was fitted on'} it is highest at rank ${best.rank}, ${fixed(telling(best), 2)}; 0 is no better than the mean update.`}
      table={{
        columns: ['rank', 'R2 on windows fitted on', 'R2 on the others'],
        rows: rows.map(({ rank, fitted, held }) => [rank, fitted, held]),
      }}
      provenance={{ model, text, tokens: report.tokens[0], origin }}
      again={[{ command: 'recover', options: [...options, ...(isHeld ? ['--held-out', '0.5'] : [])], text }]}
      fileName={`${stem}-recovery-r2`}
      actions={
        units.length > 1 ? (
          <Select
            label="Layer"
            value={chosen}
            groups={[
              {
                options: [
                  { value: 'all', text: 'All, on average' },
                  ...units.map(({ unit }, i) => ({ value: `${i}`, text: unitName(unit.kind, unit.block) })),
                ],
              },
            ]}
            onChange={setChosen}
          />
        ) : undefined
      }
    >
      <ul className="key">
        <li>
          <svg width="22" height="8" aria-hidden="true">
            <path d="M0 4h22" className={css.fitted} />
          </svg>
          on windows fitted on
        </li>
        {isHeld && (
          <li>
            <svg width="22" height="8" aria-hidden="true">
              <path d="M0 4h22" className={css.held} />
            </svg>
            on the others
          </li>
        )}
      </ul>
      <Plot
        height={HEIGHT}
        x={{ scale: x, label: 'rank', write: String }}
        y={{ scale: linearScale([...values, 0]), label: 'R²', write: (v) => fixed(v, 2) }}
      >
        {(area) => {
          const line = (of: (row: (typeof rows)[number]) => number) =>
            linePath(
              rows.map((row) =>
                Number.isFinite(of(row)) ? [area.x(row.rank), area.y(Math.max(LOWEST, of(row)))] : undefined,
              ),
            );
          return (
            <>
              <line className={css.zero} x1={area.left} x2={area.right} y1={area.y(0)} y2={area.y(0)} />
              {rank > 0 && (
                <line className={css.rank} x1={area.x(rank)} x2={area.x(rank)} y1={area.top} y2={area.bottom} />
              )}
              <path className={css.fitted} d={line((row) => row.fitted)} />
              <path className={css.held} d={line((row) => row.held)} />
            </>
          );
        }}
      </Plot>
    </ChartFrame>
  );
}
