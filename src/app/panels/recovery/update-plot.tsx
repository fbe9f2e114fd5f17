import { memo, useId, useRef, useState } from 'react';
import { sublayersOf } from '../../../model/units';
import { ChartTip } from '../../charts/chart-tip';
import { blockTicks } from '../../charts/nice-ticks';
import { bandPath, linePath, Plot, type PlotArea } from '../../charts/plot';
import type { Scale } from '../../charts/plot-scale';
import { useWidth } from '../../charts/use-width';
import { highlight } from '../../store/notify';
import { short, upperFirst } from '../../words/format';
import { unitName } from '../../words/units';
import { endsOf, type KINDS, type Update } from './updates';
import css from './updates.module.css';

interface Props {
  readonly of: (typeof KINDS)[number];
  readonly updates: readonly Update[];
  /** The same for all kinds. */
  readonly y: Scale;
  /** The block whose channels are shown. */
  readonly chosen?: number;
  onChoose(block: number): void;
}

const HEIGHT = 190;

/** The mean updates of one kind of unit over the blocks: mean over channels, and a standard deviation on either side. */
export const UpdatePlot = memo(function UpdatePlot({
  of: { kind, title, colour },
  updates,
  y,
  chosen,
  onChoose,
}: Props) {
  const box = useRef<HTMLElement>(null);
  const area = useRef<PlotArea>(undefined);
  const width = useWidth(box);
  const clip = useId();
  const [at, setAt] = useState<number>();
  const last = updates.length - 0.5;
  const x: Scale = {
    ...{ kind: 'linear', low: -0.5, high: last, ticks: blockTicks(updates.length) },
    at: (v) => (v + 0.5) / (last + 0.5),
  };
  const under = (clientX: number): number | undefined => {
    if (!area.current || !box.current) return undefined;
    const { left, right } = area.current;
    const share = (clientX - box.current.getBoundingClientRect().left - left) / (right - left);
    return share < 0 || share >= 1 ? undefined : Math.floor(share * updates.length);
  };
  const show = (block: number | undefined) => {
    if (block === at) return;
    setAt(block);
    highlight(block === undefined ? undefined : sublayersOf(kind, block));
  };
  const own = at === undefined ? undefined : updates[at];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list of layers below does the same by keyboard.
    <figure
      ref={box}
      className={css.plot}
      onPointerMove={(e) => show(under(e.clientX))}
      onPointerLeave={() => show(undefined)}
      onClick={(e) => {
        const block = under(e.clientX);
        if (block !== undefined) onChoose(block);
      }}
    >
      <figcaption className={css.plotTitle}>{title}</figcaption>
      <Plot
        label={`Mean updates, ${title}`}
        height={HEIGHT}
        x={{ scale: x, write: String, label: 'block' }}
        y={{ scale: y, write: short }}
      >
        {(drawn) => {
          area.current = drawn;
          const band = updates.map((u, b) => {
            const [low, high] = endsOf(u);
            return [drawn.x(b), drawn.y(low), drawn.y(high)] as const;
          });
          return (
            <>
              <clipPath id={clip}>
                <rect x={drawn.left} y={drawn.top} width={drawn.right - drawn.left} height={drawn.bottom - drawn.top} />
              </clipPath>
              {[at, chosen].map(
                (block, i) =>
                  block !== undefined && (
                    <line
                      key={i === 0 ? 'read' : 'chosen'}
                      className={i === 0 ? css.guide : css.chosen}
                      x1={drawn.x(block)}
                      x2={drawn.x(block)}
                      y1={drawn.top}
                      y2={drawn.bottom}
                    />
                  ),
              )}
              <g clipPath={`url(#${clip})`}>
                <path d={bandPath(band)} fill={colour} fillOpacity={0.2} />
                <path
                  className={css.line}
                  d={linePath(updates.map((u, b) => [drawn.x(b), drawn.y(u.channelMean)]))}
                  stroke={colour}
                />
              </g>
            </>
          );
        }}
      </Plot>
      {own && at !== undefined && area.current && (
        <ChartTip x={area.current.x(at)} y={HEIGHT / 2} width={width}>
          <strong>{upperFirst(unitName(kind, at))}</strong>
          <br />
          mean {short(own.channelMean)}, standard deviation {short(own.channelStd)}, length {short(own.norm)}
        </ChartTip>
      )}
    </figure>
  );
});
