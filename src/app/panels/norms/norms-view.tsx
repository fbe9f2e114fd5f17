import { useMemo } from 'react';
import type { Distribution, NormsReport } from '../../../lab/contract';
import { saveResult } from '../../actions/result-files';
import { ChartFrame } from '../../charts/chart-frame';
import type { Axis } from '../../charts/plot';
import { linearScale, logScale, tickWriter } from '../../charts/plot-scale';
import type { Measured } from '../../store/measured';
import { fileStem, modelName } from '../../store/select';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { NormPlot } from './norm-plot';
import css from './norms.module.css';
import { KINDS, normsSummary, normsTable, QUANTITIES } from './quantities';

/** Twelve small charts: four quantities down, three kinds of unit across, a row on one scale. */
export function NormsView({ norms }: { norms: Measured<NormsReport> }) {
  const { report, origin, text } = norms;
  const [first, setFirst] = useKept('norms.first', true);
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const words = useMemo(() => ({ summary: normsSummary(report), table: normsTable(report) }), [report]);
  const rows = useMemo(
    () =>
      QUANTITIES.map((q) => ({
        ...q,
        y: axisOf(report, q, first),
        charts: KINDS.map((k) => ({
          ...k,
          rest: report.rest[k.kind].map((unit) => unit[q.quantity]),
          first: first ? report.first[k.kind].map((unit) => unit[q.quantity]) : undefined,
        })),
      })),
    [report, first],
  );
  return (
    <ChartFrame
      title="Update norms"
      bare
      summary={words.summary}
      table={words.table}
      provenance={{
        model,
        text,
        tokens: report.tokens,
        origin,
        notes: [report.quantiles === 'exact' ? 'exact quantiles' : 'quantiles from histograms'],
      }}
      again={[{ command: 'norms', options: [], text }]}
      fileName={`${stem}-norms`}
      actions={
        <>
          <Check label="First position" checked={first} onChange={setFirst} />
          <Button
            icon="download"
            title="Save norms and angles as a JSON file, to be opened again"
            onClick={() => void saveResult('norms', { kind: 'norms', report }, norms)}
          >
            JSON
          </Button>
        </>
      }
    >
      <Key first={first} />
      {rows.map(({ quantity, title, formula, about, y, charts }) => (
        <div key={quantity} className={css.row}>
          <h4 className={css.quantity}>
            {title} <span className={css.formula}>{formula}</span> <span className={css.what}>{about}</span>
          </h4>
          <div className={css.charts}>
            {charts.map(({ kind, title: of, colour, rest, first: start }) => (
              <NormPlot
                key={kind}
                kind={kind}
                title={of}
                label={`${title}, ${of}`}
                colour={colour}
                rest={rest}
                first={start}
                y={y}
              />
            ))}
          </div>
        </div>
      ))}
    </ChartFrame>
  );
}

function axisOf(report: NormsReport, { quantity, log }: (typeof QUANTITIES)[number], first: boolean): Axis {
  const ends = (all: NormsReport['rest']): number[] =>
    KINDS.flatMap(({ kind }) => all[kind].flatMap((unit) => endsOf(unit[quantity])));
  const medians = first ? KINDS.flatMap(({ kind }) => report.first[kind].map((unit) => unit[quantity].median)) : [];
  const values = [...ends(report.rest), ...medians];
  const scale = log ? logScale(values) : linearScale(values, { zero: true });
  return { scale, write: tickWriter(scale) };
}

const endsOf = ({ p5, p95, mean }: Distribution) => [p5, p95, mean];

/** What the marks are. */
function Key({ first }: { first: boolean }) {
  return (
    <ul className={css.key} aria-label="What the marks are">
      <li>
        <svg width="26" height="14" aria-hidden="true">
          <rect width="26" height="14" fill="var(--series-1)" fillOpacity="0.2" />
          <path className={css.line} d="M0 7h26" stroke="var(--series-1)" />
        </svg>
        median, 5th to 95th percentile
      </li>
      <li>
        <svg width="10" height="14" aria-hidden="true">
          <circle cx="5" cy="7" r="2.5" fill="var(--series-1)" />
        </svg>
        mean
      </li>
      {first && (
        <li>
          <svg width="26" height="14" aria-hidden="true">
            <path className={css.first} d="M0 7h26" />
          </svg>
          first position, median
        </li>
      )}
    </ul>
  );
}
