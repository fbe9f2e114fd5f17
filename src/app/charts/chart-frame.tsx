import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { version } from '../../../package.json';
import { copy } from '../actions/copy';
import { download } from '../actions/download';
import { toFailure } from '../actions/failure';
import type { Again } from '../store/again';
import { commandLine } from '../store/command-line';
import { notifyFailure } from '../store/notify';
import { store } from '../store/store';
import { Choice } from '../widgets/choice';
import { Icon } from '../widgets/icons';
import css from './chart-frame.module.css';
import { drawPicture, toPng } from './chart-image';
import { toCsv } from './csv';
import { DataTable } from './data-table';
import { type Provenance, provenanceLine, sourceLines } from './provenance';
import { type ShownChart, showChart } from './shown-charts';
import type { ChartTable } from './table';

interface Props {
  readonly title: string;
  /** Leaves the title to the panel around; the exported image still has it. */
  readonly bare?: boolean;
  /** What the chart shows, in a sentence or two: for those who cannot see it, and for those who look where to begin. */
  readonly summary: string;
  readonly table: ChartTable;
  readonly provenance: Provenance;
  /** Of exported files, without an ending. */
  readonly fileName: string;
  /** What makes its numbers again, a command a measurement; absent where no command does. */
  readonly again?: readonly Again[];
  /** Controls of the chart's own, beside the frame's. */
  readonly actions?: ReactNode;
  /** The chart: any SVG, canvas, or text between them. */
  readonly children: ReactNode;
}

/** "Lopper 0.1.0, 2026-11-29". */
const savedBy = () => `Lopper ${version}, ${new Date().toISOString().slice(0, 10)}`;

const VIEWS = [
  { value: 'chart', text: 'Chart' },
  { value: 'table', text: 'Table' },
] as const;

/** Around every chart of the lab: its data as a table and a file, its picture as a file, and where the numbers come from. */
export function ChartFrame({ title, bare, summary, table, provenance, fileName, again, actions, children }: Props) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const chart = useRef<HTMLDivElement>(null);
  const id = useId();
  const line = provenanceLine(provenance);

  const csv = () => toCsv(table, [...sourceLines(title, provenance, savedBy()), ...commandsOf(again)]);
  const draw = () =>
    drawPicture(chart.current!, title, [summary, `${line} · ${provenance.origin.adapter} · ${savedBy()}`]);
  const files = useRef<() => ShownChart | undefined>(() => undefined);
  files.current = () => (chart.current ? { fileName, element: chart.current, csv, svg: () => draw().svg } : undefined);
  useEffect(() => showChart(() => files.current()), []);

  const save = async (kind: 'CSV' | 'SVG' | 'PNG') => {
    const name = `${fileName}.${kind.toLowerCase()}`;
    if (kind === 'CSV') return download(name, csv(), 'text/csv');
    try {
      const picture = draw();
      if (kind === 'SVG') download(name, picture.svg, 'image/svg+xml');
      else download(name, await toPng(picture), 'image/png');
    } catch (error) {
      notifyFailure('The picture could not be made', toFailure(error));
    }
  };

  return (
    <figure className={css.frame} aria-labelledby={id} aria-describedby={`${id}-summary`}>
      <h3 id={id} className={bare ? 'visually-hidden' : css.title}>
        {title}
      </h3>
      <p id={`${id}-summary`} className={css.summary}>
        {summary}
      </p>
      <div className={css.body}>
        {view === 'chart' ? (
          <div ref={chart} className={css.chart}>
            {children}
          </div>
        ) : (
          <DataTable label={title} table={table} />
        )}
      </div>
      <figcaption className={css.foot}>
        <p className={css.provenance} title={provenance.origin.adapter}>
          {line}
        </p>
        <div className={css.tools}>
          <Choice label="View" value={view} options={VIEWS} onChange={(v) => setView(v)} />
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms. */}
          <div className={css.save} role="group" aria-label={`Save ${title}`}>
            <Icon name="download" />
            {(['CSV', 'SVG', 'PNG'] as const).map((kind) => (
              <button
                key={kind}
                type="button"
                disabled={kind !== 'CSV' && view === 'table'}
                title={kind === 'CSV' ? 'Save the table as a file' : `Save the chart as ${kind}`}
                onClick={() => void save(kind)}
              >
                {kind}
              </button>
            ))}
            {again && again.length > 0 && (
              <button
                type="button"
                title="Copy what makes these numbers again on the command line"
                onClick={() => void copy(commandsOf(again).join('\n'), 'The command line')}
              >
                Command
              </button>
            )}
          </div>
          {actions}
        </div>
      </figcaption>
    </figure>
  );
}

/** The commands, each once; above them what has to be in its place first. */
function commandsOf(again: readonly Again[] = []): string[] {
  const { open, calibration } = store.getState();
  if (!open.model) return [];
  const { source, report } = open.model;
  const all = again.map((one) => commandLine(source, one, calibration, report.precision));
  const first = [...new Set(all.flatMap((one) => one.first))];
  return [
    ...(first.length > 0 ? [`# with ${first.join(' and ')}`] : []),
    ...new Set(all.map(({ command }) => command)),
  ];
}
