import { useMemo } from 'react';
import type { NormsReport } from '../../../lab/contract';
import { type Sublayer, sublayersOf } from '../../../model/units';
import { makeMask } from '../../../pruning/mask';
import { dropByHand } from '../../actions/locks';
import { ChartFrame } from '../../charts/chart-frame';
import { HeatLegend } from '../../charts/heat-legend';
import { type HeatCell, HeatMap } from '../../charts/heat-map';
import { placementOf } from '../../charts/placement';
import { setMask } from '../../store/masks';
import type { Measured } from '../../store/measured';
import { highlight } from '../../store/notify';
import { fileStem, modelName } from '../../store/select';
import { Button } from '../../widgets/button';
import { LabelledSlider } from '../../widgets/labelled-slider';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { fixed, upperFirst } from '../../words/format';
import { anglesSummary, anglesTable, bestSpans, type Span, spanWords } from './angles';
import css from './norms.module.css';

/** Every span of consecutive blocks by the angle between its ends: the smaller, the less the span turns the stream. */
export function AnglesView({ norms: { report, origin, text } }: { norms: Measured<NormsReport> }) {
  const { angles } = report;
  const blocks = angles.length;
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const [count, setCount] = useKept('angles.count', 1);
  const chart = useMemo(() => {
    // The most blocks at the top, where one span is left of which there is a choice.
    const counts = Array.from({ length: blocks }, (_, i) => blocks - i);
    const angleOf = ({ row, column }: HeatCell) => angles[column]?.[counts[row]! - 1];
    const placement = placementOf(angles.flat());
    const spans = bestSpans(angles);
    return {
      placement,
      spans,
      rows: counts.map(String),
      columns: counts.map((_, first) => String(first)),
      places: counts.map((_, row) =>
        counts.map((_, column) => {
          const angle = angleOf({ row, column });
          return angle === undefined || !Number.isFinite(angle) ? undefined : placement.place(angle);
        }),
      ),
      marks: spans.map((s) => ({ row: blocks - s.count, column: s.first })),
      spanAt: (cell: HeatCell): Span => ({ first: cell.column, count: blocks - cell.row, angle: angleOf(cell)! }),
      summary: anglesSummary(spans),
      table: anglesTable(angles),
    };
  }, [angles, blocks]);
  const best = chart.spans[Math.min(count, chart.spans.length) - 1];
  const handlers = useMemo(
    () => ({
      tell: (cell: HeatCell) => <SpanWords span={chart.spanAt(cell)} spans={chart.spans} />,
      point: (cell: HeatCell | undefined) => highlight(cell && gone(chart.spanAt(cell))),
      apply: (cell: HeatCell) => applySpan(blocks, chart.spanAt(cell)),
    }),
    [chart, blocks],
  );
  return (
    <>
      <ChartFrame
        title="Angle between the ends of a span"
        bare
        summary={chart.summary}
        table={chart.table}
        provenance={{ model, text, tokens: report.tokens, origin }}
        again={[{ command: 'norms', options: [], text }]}
        fileName={`${stem}-angles`}
      >
        <HeatMap
          label="Angle between the ends of a span of blocks"
          rowTitle="blocks dropped"
          columnTitle="first block dropped"
          rows={chart.rows}
          columns={chart.columns}
          places={chart.places}
          marks={chart.marks}
          tell={handlers.tell}
          onPoint={handlers.point}
          onApply={handlers.apply}
        />
        <HeatLegend placement={chart.placement} unit="angle in half turns; outlined: the least of each row" />
      </ChartFrame>
      {best && (
        <div className={css.best}>
          <LabelledSlider
            label="Blocks to drop"
            value={best.count}
            min={1}
            max={chart.spans.length}
            step={1}
            text={`${best.count}`}
            onChange={setCount}
          />
          <p>
            Best: {spanWords(best)}, {fixed(best.angle, 4)}
          </p>
          <Button
            onClick={() => applySpan(blocks, best)}
            onPointerEnter={() => highlight(gone(best))}
            onPointerLeave={() => highlight(undefined)}
          >
            Drop {spanWords(best)}
          </Button>
        </div>
      )}
    </>
  );
}

const gone = ({ first, count }: Span): Sublayer[] =>
  Array.from({ length: count }, (_, i) => sublayersOf('block', first + i)).flat();

/** The span alone is dropped, in one step that can be undone. */
const applySpan = (blocks: number, span: Span): void => setMask(dropByHand(makeMask(blocks), gone(span), true));

function SpanWords({ span, spans }: { span: Span; spans: readonly Span[] }) {
  const best = spans.some((s) => s.first === span.first && s.count === span.count);
  return (
    <>
      <strong>{upperFirst(spanWords(span))}</strong>
      <br />
      From the stream into block {span.first} to the one out of block {span.first + span.count - 1}:{' '}
      {fixed(span.angle, 4)} of a half turn
      {best && `, the least of any ${span.count === 1 ? 'block' : `${span.count} in a row`}`}.
    </>
  );
}
