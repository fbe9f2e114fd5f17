import { memo, useMemo, useRef, useState } from 'react';
import type { Distribution } from '../../../lab/contract';
import { type PlainUnit, sublayersOf } from '../../../model/units';
import { ChartTip } from '../../charts/chart-tip';
import { blockTicks } from '../../charts/nice-ticks';
import { type Axis, bandPath, linePath, Plot, type PlotArea } from '../../charts/plot';
import { useWidth } from '../../charts/use-width';
import { highlight } from '../../store/notify';
import { short, upperFirst } from '../../words/format';
import { unitName } from '../../words/units';
import css from './norms.module.css';

interface Props {
  readonly kind: PlainUnit;
  readonly title: string;
  /** With the kind and the quantity, for those who cannot see it. */
  readonly label: string;
  readonly colour: string;
  /** By block, over every position but the first. */
  readonly rest: readonly Distribution[];
  /** Over first positions alone, where they are shown. */
  readonly first?: readonly Distribution[];
  /** The same along a row of charts. */
  readonly y: Axis;
}

const HEIGHT = 132;

/** One quantity over the blocks: the middle nine tenths as a band, median and mean, and the first position beside them. */
export const NormPlot = memo(function NormPlot({ kind, title, label, colour, rest, first, y }: Props) {
  const box = useRef<HTMLElement>(null);
  const area = useRef<PlotArea>(undefined);
  const width = useWidth(box);
  const [at, setAt] = useState<number>();
  const x = useMemo((): Axis => {
    const last = rest.length - 0.5;
    const ticks = blockTicks(rest.length);
    return {
      scale: { kind: 'linear', low: -0.5, high: last, ticks, at: (v) => (v + 0.5) / (last + 0.5) },
      write: String,
    };
  }, [rest.length]);
  const show = (block: number | undefined) => {
    if (block === at) return;
    setAt(block);
    highlight(block === undefined ? undefined : sublayersOf(kind, block));
  };
  const under = (clientX: number): number | undefined => {
    if (!area.current || !box.current) return undefined;
    const { left, right } = area.current;
    const share = (clientX - box.current.getBoundingClientRect().left - left) / (right - left);
    return share < 0 || share >= 1 ? undefined : Math.floor(share * rest.length);
  };
  const own = at === undefined ? undefined : rest[at];
  const start = at === undefined ? undefined : first?.[at];
  return (
    <figure
      ref={box}
      className={css.plot}
      onPointerMove={(e) => show(under(e.clientX))}
      onPointerDown={(e) => show(under(e.clientX))}
      onPointerLeave={() => show(undefined)}
    >
      <figcaption className={css.plotTitle}>{title}</figcaption>
      <Plot label={label} height={HEIGHT} x={x} y={y}>
        {(drawn) => {
          area.current = drawn;
          return (
            <>
              {at !== undefined && (
                <line className={css.guide} x1={drawn.x(at)} x2={drawn.x(at)} y1={drawn.top} y2={drawn.bottom} />
              )}
              <Marks colour={colour} rest={rest} first={first} area={drawn} />
            </>
          );
        }}
      </Plot>
      {own && at !== undefined && area.current && (
        <ChartTip x={area.current.x(at)} y={HEIGHT / 2} width={width}>
          <strong>{upperFirst(unitName(kind, at))}</strong>
          <br />
          median {short(own.median)}, mean {short(own.mean)}; 5% to 95%: {short(own.p5)} to {short(own.p95)}
          {start && (
            <>
              <br />
              first position: median {short(start.median)}
            </>
          )}
        </ChartTip>
      )}
    </figure>
  );
});

interface MarksProps {
  readonly colour: string;
  readonly rest: readonly Distribution[];
  readonly first?: readonly Distribution[];
  readonly area: PlotArea;
}

function Marks({ colour, rest, first, area }: MarksProps) {
  const line = (read: (d: Distribution) => number, of: readonly Distribution[]) =>
    linePath(of.map((d, block) => placed(area, block, read(d))));
  // All means as one path: each a stroke of no length, which round ends make a dot.
  const dots = rest.map((d, block) => linePath([placed(area, block, d.mean)])).map((m) => m && `${m}h0`);
  return (
    <>
      <path
        d={bandPath(
          rest.flatMap((d, block) =>
            Number.isFinite(d.p5 + d.p95) ? [[area.x(block), area.y(d.p5), area.y(d.p95)] as const] : [],
          ),
        )}
        fill={colour}
        fillOpacity={0.2}
      />
      <path className={css.line} d={line((d) => d.median, rest)} stroke={colour} />
      <path d={dots.join('')} stroke={colour} strokeWidth={4.5} strokeLinecap="round" />
      {first && <path className={css.first} d={line((d) => d.median, first)} />}
    </>
  );
}

const placed = (area: PlotArea, block: number, value: number) =>
  Number.isFinite(value) ? ([area.x(block), area.y(value)] as const) : undefined;
