import { useMemo } from 'react';
import type { UnitKind } from '../../../model/units';
import { ChartFrame } from '../../charts/chart-frame';
import { jointProvenance } from '../../charts/provenance';
import { valueScales } from '../../charts/value-scale';
import type { ScaleChoice } from '../../store/influence';
import { fileStem, modelName } from '../../store/select';
import { store } from '../../store/store';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import { UNIT_WORDS } from '../../words/units';
import css from './agreement.module.css';
import { endsWords, multiplesSummary, multiplesTable } from './agreement-words';
import type { MeasuredMetric, NamedUnit } from './measured';

interface Props {
  readonly measured: readonly MeasuredMetric[];
  readonly units: readonly NamedUnit[];
  readonly unit: UnitKind;
}

/** Every measure there is as a small chart over the same units; a click makes one of them the measure on the screen. */
export function Multiples({ measured, units, unit }: Props) {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const choice = useApp((s) => s.scale);
  const metric = useApp((s) => s.metric);
  const words = useMemo(
    () => ({ summary: multiplesSummary(measured, units), table: multiplesTable(measured, units) }),
    [measured, units],
  );
  return (
    <ChartFrame
      title={`All measures, ${UNIT_WORDS[unit].all}`}
      summary={words.summary}
      table={words.table}
      provenance={jointProvenance(measured, model)}
      again={measured.map(({ again }) => again)}
      fileName={`${stem}-measures`}
    >
      <ul className={css.multiples}>
        {measured.map((one) => (
          <li key={one.metric}>
            <button
              type="button"
              aria-pressed={one.metric === metric}
              aria-label={`${METRIC_WORDS[one.metric].short}: ${endsWords(one, units)}`}
              title={`${METRIC_WORDS[one.metric].question} Click to see it in the tower`}
              onClick={() => store.setState({ metric: one.metric })}
            >
              <span className={css.name}>{METRIC_WORDS[one.metric].short}</span>
              <Small of={one} units={units} choice={choice} />
            </button>
          </li>
        ))}
      </ul>
    </ChartFrame>
  );
}

const WIDTH = 200;
const HEIGHT = 64;
/** Kinds by the colour that each has everywhere. */
const COLOURS = { attn: 'var(--series-1)', ffn: 'var(--series-2)' } as const;

/** Bars from zero in the order of the walk, on the measure's own scale; what cannot be told is left out. */
function Small({ of, units, choice }: { of: MeasuredMetric; units: readonly NamedUnit[]; choice: ScaleChoice }) {
  const [scale] = valueScales(of.metric, [of], choice);
  const y = (value: number) => (1 - Math.min(1, scale!.at(value))) * HEIGHT;
  const each = WIDTH / units.length;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} height={HEIGHT} preserveAspectRatio="none" aria-hidden="true">
      {units.map(({ name, sublayers: [first, ...others] }, i) => {
        const value = of.values[i]!;
        if (!Number.isFinite(value)) return null;
        const [top, foot] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))];
        return (
          <rect
            key={name}
            x={i * each + each * 0.1}
            y={top}
            width={each * 0.8}
            height={Math.max(0.8, foot - top)}
            fill={others.length > 0 ? 'var(--series-0)' : COLOURS[first!.kind]}
          />
        );
      })}
      <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} stroke="var(--line-strong)" strokeWidth={0.8} />
    </svg>
  );
}
