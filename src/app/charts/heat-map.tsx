import { type KeyboardEvent, memo, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { ChartTip } from './chart-tip';
import css from './heat-map.module.css';
import { paintHeat } from './heat-paint';
import { useReading } from './use-reading';
import { useWidth } from './use-width';

export interface HeatCell {
  readonly row: number;
  readonly column: number;
}

interface Props {
  readonly label: string;
  /** What rows and columns are, beside them. */
  readonly rowTitle: string;
  readonly columnTitle: string;
  /** Names, from the top and from the left. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Of each row's cells: where it lies on the colour scale, −1 to 1, or undefined where there is no cell. */
  readonly places: readonly (readonly (number | undefined)[])[];
  /** Names of columns are words, to be read from below. */
  readonly slanted?: boolean;
  /** Outlined: the ones to look at. */
  readonly marks?: readonly HeatCell[];
  /** What a cell says, in words. */
  tell(cell: HeatCell): ReactNode;
  onPoint?(cell: HeatCell | undefined): void;
  onApply?(cell: HeatCell): void;
}

const ROW = { least: 9, most: 24, all: 420 };
/** A column is at least this wide, in CSS pixels: wide enough for a slanted word; where there are very many, for a pointer. */
const COLUMN = { least: 14, leastOfMany: 5, many: 700, most: 72 };
const LETTER = 7;
/** Room for the names of columns. */
const NAMES = { level: 20, slanted: 90 };

/**
 * Values as colours in rows and columns. Painted as one image, so that tens of thousands of cells take a few
 * milliseconds. The pointer or the arrow keys read a cell; a click or Enter applies it, where it can be.
 */
export const HeatMap = memo(function HeatMap(props: Props) {
  const {
    label,
    rowTitle,
    columnTitle,
    rows,
    columns,
    places,
    slanted = false,
    marks = [],
    tell,
    onPoint,
    onApply,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<HeatCell>();

  const left = Math.max(...rows.map((r) => r.length), 2) * LETTER + 30;
  const room = Math.max(0, width - left - 2);
  const least = columns.length > COLUMN.many ? COLUMN.leastOfMany : slanted ? COLUMN.least : COLUMN.leastOfMany;
  const cellWidth = Math.max(least, Math.min(COLUMN.most, Math.floor(room / columns.length)));
  const cellHeight = Math.max(ROW.least, Math.min(ROW.most, Math.floor(ROW.all / rows.length)));
  const size = { width: columns.length * cellWidth, height: rows.length * cellHeight };
  const longest = Math.max(...columns.map((c) => c.length), 1) * LETTER + 4;
  const below = slanted ? Math.min(NAMES.slanted, longest + 6) : NAMES.level;

  useEffect(() => {
    if (width > 0 && canvas.current) paintHeat(canvas.current, places, cellWidth, cellHeight);
  }, [places, cellWidth, cellHeight, width]);

  const has = (cell: HeatCell | undefined) => cell && places[cell.row]?.[cell.column] !== undefined;
  const show = (cell: HeatCell | undefined) => {
    const next = has(cell) ? cell : undefined;
    if (same(next, at)) return;
    setAt(next);
    onPoint?.(next);
  };
  const under = (e: PointerEvent): HeatCell | undefined => {
    const frame = canvas.current?.getBoundingClientRect();
    if (!frame) return undefined;
    const [x, y] = [e.clientX - frame.left, e.clientY - frame.top];
    if (x < 0 || y < 0 || x >= size.width || y >= size.height) return undefined;
    return { row: Math.floor(y / cellHeight), column: Math.floor(x / cellWidth) };
  };
  const walk = (e: KeyboardEvent) => {
    if ((e.key === 'Enter' || e.key === ' ') && at) onApply?.(at);
    else {
      const next = at ? step(at, e.key) : firstCell(places, e.key);
      if (!next) return;
      if (has(next)) {
        show(next);
        scroller.current?.scrollTo({ left: (next.column + 0.5) * cellWidth - scroller.current.clientWidth / 2 });
      }
    }
    e.preventDefault();
  };

  const reading = useReading({ at, under, same, show, apply: onApply });
  const tipX = at ? left + (at.column + 0.5) * cellWidth - (scroller.current?.scrollLeft ?? 0) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture that is walked cell by cell has no element of its own.
    <div
      ref={box}
      className={css.box}
      role="group"
      aria-roledescription="heat map"
      aria-label={`${label}; arrow keys walk the cells${onApply ? ', Enter applies one' : ''}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked by keyboard.
      tabIndex={0}
      data-applies={(onApply && at !== undefined) || undefined}
      onKeyDown={walk}
      {...reading}
    >
      {width > 0 && (
        <>
          <RowNames title={rowTitle} names={rows} width={left} each={cellHeight} below={below} />
          <div ref={scroller} className={css.scroller}>
            <div className={css.cells} style={{ width: size.width }}>
              <canvas ref={canvas} width={size.width} height={size.height} />
              <svg className={css.marks} width={size.width} height={size.height} aria-hidden="true">
                {marks.map(({ row, column }) => (
                  <rect
                    key={`${row}/${column}`}
                    x={column * cellWidth + 1}
                    y={row * cellHeight + 1}
                    width={cellWidth - 3}
                    height={cellHeight - 3}
                  />
                ))}
                {at && (
                  <rect
                    className={css.at}
                    x={at.column * cellWidth}
                    y={at.row * cellHeight}
                    width={cellWidth - 1}
                    height={cellHeight - 1}
                  />
                )}
              </svg>
              <ColumnNames names={columns} each={cellWidth} height={below} slanted={slanted} />
            </div>
          </div>
          <p className={css.columnTitle} style={{ paddingLeft: left }}>
            {columnTitle}
          </p>
        </>
      )}
      {at && (
        <ChartTip x={tipX} y={(at.row + 0.5) * cellHeight} width={width}>
          {tell(at)}
        </ChartTip>
      )}
      <p className="visually-hidden" aria-live="polite">
        {at && tell(at)}
      </p>
    </div>
  );
});

/** Every second, third and so on of names that would touch. */
function thinned(names: readonly string[], each: number, need: number): { name: string; i: number }[] {
  const stride = Math.ceil(need / each);
  return names.map((name, i) => ({ name, i })).filter(({ i }) => i % stride === 0);
}

interface RowNamesProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly width: number;
  /** A row's height. */
  readonly each: number;
  readonly below: number;
}

const RowNames = memo(function RowNames({ title, names, width, each, below }: RowNamesProps) {
  const height = names.length * each;
  return (
    <svg className={css.names} width={width} height={height + below + 18} aria-hidden="true">
      <text className={css.title} transform={`translate(11 ${height / 2}) rotate(-90)`} textAnchor="middle">
        {title}
      </text>
      {thinned(names, each, 13).map(({ name, i }) => (
        <text key={i} x={width - 6} y={(i + 0.5) * each} textAnchor="end" dominantBaseline="central">
          {name}
        </text>
      ))}
    </svg>
  );
});

interface ColumnNamesProps {
  readonly names: readonly string[];
  /** A column's width. */
  readonly each: number;
  readonly height: number;
  readonly slanted: boolean;
}

const ColumnNames = memo(function ColumnNames({ names, each, height, slanted }: ColumnNamesProps) {
  const longest = Math.max(...names.map((c) => c.length), 1) * LETTER + 4;
  return (
    <svg className={css.names} width={names.length * each} height={height} aria-hidden="true">
      {thinned(names, each, slanted ? COLUMN.least : longest).map(({ name, i }) => {
        const x = (i + 0.5) * each;
        return slanted ? (
          <text key={i} transform={`translate(${x} 6) rotate(-90)`} textAnchor="end" dominantBaseline="central">
            {name}
          </text>
        ) : (
          <text key={i} x={x} y={14} textAnchor="middle">
            {name}
          </text>
        );
      })}
    </svg>
  );
});

const same = (a: HeatCell | undefined, b: HeatCell | undefined) => a?.row === b?.row && a?.column === b?.column;

function step({ row, column }: HeatCell, key: string): HeatCell | undefined {
  switch (key) {
    case 'ArrowRight':
      return { row, column: column + 1 };
    case 'ArrowLeft':
      return { row, column: column - 1 };
    case 'ArrowUp':
      return { row: row - 1, column };
    case 'ArrowDown':
      return { row: row + 1, column };
    default:
      return undefined;
  }
}

/** Where an arrow key begins: the first cell of the lowest row. */
function firstCell(places: Props['places'], key: string): HeatCell | undefined {
  if (!key.startsWith('Arrow')) return undefined;
  const row = places.length - 1;
  const column = places[row]?.findIndex((p) => p !== undefined) ?? -1;
  return column < 0 ? undefined : { row, column };
}
