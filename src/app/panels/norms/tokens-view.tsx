import { useMemo } from 'react';
import type { TokenInfluenceReport } from '../../../lab/contract';
import { PLAIN_UNITS, type PlainUnit, sublayersOf } from '../../../model/units';
import { measureTokens } from '../../actions/norms';
import { ChartFrame } from '../../charts/chart-frame';
import { HeatLegend } from '../../charts/heat-legend';
import { type HeatCell, HeatMap } from '../../charts/heat-map';
import { placementOf } from '../../charts/placement';
import type { Measured } from '../../store/measured';
import { highlight } from '../../store/notify';
import { canCompute, fileStem, modelName } from '../../store/select';
import { Button } from '../../widgets/button';
import { Choice } from '../../widgets/choice';
import { JobProgress } from '../../widgets/job-progress';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { fixed } from '../../words/format';
import { UNIT_WORDS, unitName, unitOptions } from '../../words/units';
import css from './norms.module.css';
import { tokensSummary, tokensTable, visible } from './token-words';

const METRICS = [
  { value: 'cosine', text: '1 − cosine' },
  { value: 'relative-l2', text: '|u| / |h|' },
] as const;
const UNITS = unitOptions(PLAIN_UNITS, 'brief');

/** Which tokens of one prompt make a unit matter. */
export function TokensView() {
  const measured = useApp((s) => s.open.tokenInfluence);
  const beside = useApp((s) => s.prompt.prompt);
  const ready = useApp((s) => canCompute(s) && s.open.model?.report.hasTokenizer === true);
  const running = useApp((s) => s.jobs.tokens !== undefined);
  const [own, setOwn] = useKept<string | undefined>('tokens.text', measured?.text);
  const [metric, setMetric] = useKept<TokenInfluenceReport['metric']>(
    'tokens.metric',
    measured?.report.metric ?? 'cosine',
  );
  const prompt = own ?? beside;
  const measure = () => void measureTokens(prompt, metric);
  return (
    <>
      <form
        className={css.prompt}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready && !running) measure();
        }}
      >
        <textarea
          aria-label="Text to look at, token by token"
          rows={2}
          value={prompt}
          spellCheck={false}
          onChange={(e) => setOwn(e.target.value)}
        />
        <div className={css.go}>
          <Choice label="Measure" value={metric} options={METRICS} onChange={(m) => setMetric(m)} />
          <Button
            look={measured ? 'plain' : 'primary'}
            type="submit"
            computes
            disabled={!ready || running || !prompt.trim()}
          >
            Measure these tokens
          </Button>
        </div>
      </form>
      <JobProgress slot="tokens" />
      {measured ? (
        <TokenChart tokens={measured} />
      ) : (
        <p className={css.soft}>
          A map of every unit over every token of this text: where a row’s colour is strong, that token is what the unit
          works on. It takes one pass over the text, a moment.
        </p>
      )}
    </>
  );
}

function TokenChart({ tokens: { report, origin, text } }: { tokens: Measured<TokenInfluenceReport> }) {
  const [units, setUnits] = useKept<PlainUnit>('tokens.units', 'block');
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const table = useMemo(() => tokensTable(report), [report]);
  const chart = useMemo(() => {
    const values = report[units];
    const blocks = values.length;
    // The first position is large of itself in many models: it takes the end of the scale, and leaves it to the others.
    const placement = placementOf(values.flatMap((row) => (row.length > 1 ? row.slice(1) : row)));
    // Block 0 at the bottom, as in the tower.
    const upward = values.map((_, i) => values[blocks - 1 - i]!);
    return {
      placement,
      rows: upward.map((_, i) => `${blocks - 1 - i}`),
      columns: report.tokens.map(visible),
      places: upward.map((row) => row.map((v) => (Number.isFinite(v) ? placement.place(v) : undefined))),
      summary: tokensSummary(report, units),
      tell: ({ row, column }: HeatCell) => (
        <>
          <strong>{visible(report.tokens[column]!)}</strong> position {column}
          <br />
          {unitName(units, blocks - 1 - row)}: {fixed(upward[row]![column]!, 4)}
        </>
      ),
      point: (cell: HeatCell | undefined) => {
        const block = cell && blocks - 1 - cell.row;
        highlight(block === undefined ? undefined : sublayersOf(units, block));
      },
    };
  }, [report, units]);
  return (
    <ChartFrame
      title={`Influence token by token, ${UNIT_WORDS[units].all}`}
      bare
      summary={chart.summary}
      table={table}
      provenance={{ model, text: `“${brief(text)}”`, tokens: report.tokens.length, origin }}
      fileName={`${stem}-tokens`}
      actions={<Choice label="Units" value={units} options={UNITS} onChange={(u) => setUnits(u)} />}
    >
      <HeatMap
        label="Influence of each unit on each token"
        rowTitle={units === 'block' ? 'block' : `${UNIT_WORDS[units].all} of block`}
        columnTitle="tokens"
        rows={chart.rows}
        columns={chart.columns}
        places={chart.places}
        slanted
        tell={chart.tell}
        onPoint={chart.point}
      />
      <HeatLegend
        placement={chart.placement}
        unit={
          report.metric === 'cosine'
            ? '1 − cosine of the stream before and after'
            : 'length of the update relative to the stream'
        }
      />
    </ChartFrame>
  );
}

const MOST_LETTERS = 40;
const brief = (text: string) => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS)}…` : line;
};
