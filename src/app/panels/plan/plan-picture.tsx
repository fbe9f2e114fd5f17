import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Saved } from '../../../lab/contract';
import { frontOf } from '../../../pruning/picks';
import { ChartTip } from '../../charts/chart-tip';
import { Plot, type PlotArea } from '../../charts/plot';
import { linearScale, symlogScale, tickWriter } from '../../charts/plot-scale';
import { useReading } from '../../charts/use-reading';
import { useWidth } from '../../charts/use-width';
import { highlight } from '../../store/notify';
import { percent, signed, upperFirst } from '../../words/format';
import { SAVED_WORDS } from '../../words/plan';
import { droppedWords } from '../../words/units';
import css from './plan.module.css';
import type { Spot } from './spots';

interface Props {
  readonly spots: readonly Spot[];
  readonly of: Saved;
  onApply(spot: Spot): void;
}

/** Under the pointer is what is no farther, in CSS pixels. */
const REACH = 28;

/** Loss against what is saved: every mask a point, those that nothing beats a line. */
export function PlanPicture({ spots, of, onApply }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const area = useRef<PlotArea>(undefined);
  const width = useWidth(box);
  const [at, setAt] = useState<Spot>();
  const shown = useMemo(
    () => spots.filter(({ added }) => Number.isFinite(added)).sort((a, b) => a.saved[of] - b.saved[of]),
    [spots, of],
  );
  const front = useMemo(
    () => frontOf(shown.map((spot) => ({ saved: spot.saved[of], loss: spot.added }))).map((i) => shown[i]!),
    [shown, of],
  );
  const { xAxis, yAxis } = useMemo(() => {
    const x = linearScale(
      shown.map((spot) => spot.saved[of]),
      { zero: true, steps: 6 },
    );
    const costs = shown.map((spot) => spot.added);
    const y = Math.max(...costs, 0) > 1 ? symlogScale(costs, 0.05) : linearScale(costs, { zero: true });
    return {
      xAxis: { scale: x, label: `${upperFirst(SAVED_WORDS[of].name)} saved`, write: (v: number) => percent(v, 0) },
      yAxis: { scale: y, label: 'Loss added', write: tickWriter(y) },
    };
  }, [shown, of]);
  const show = (spot: Spot | undefined) => {
    if (spot === at) return;
    setAt(spot);
    highlight(spot?.dropped);
  };
  const under = (e: PointerEvent): Spot | undefined => {
    if (!area.current || !box.current) return undefined;
    const frame = box.current.getBoundingClientRect();
    const far = (spot: Spot) =>
      Math.hypot(
        area.current!.x(spot.saved[of]) - (e.clientX - frame.left),
        area.current!.y(spot.added) - (e.clientY - frame.top),
      );
    const nearest = shown.reduce<Spot | undefined>(
      (best, spot) => (!best || far(spot) < far(best) ? spot : best),
      undefined,
    );
    return nearest && far(nearest) <= REACH ? nearest : undefined;
  };
  const reading = useReading({ at, under, same: (a, b) => a === b, show, apply: onApply });
  const walk = (e: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if ((e.key === 'Enter' || e.key === ' ') && at) onApply(at);
    else if (step) show(shown[Math.max(0, Math.min(shown.length - 1, at ? shown.indexOf(at) + step : 0))]);
    else return;
    e.preventDefault();
  };
  const tip = at && (
    <>
      <strong>{upperFirst(at.how || 'the full model')}</strong>
      <br />
      {at.dropped.length > 0 ? upperFirst(droppedWords(at.dropped)) : 'Nothing dropped'}: {signed(at.added, 3)} nats
      {at.interval && ` (95%: ${signed(at.interval[0], 3)} to ${signed(at.interval[1], 3)})`}, saves{' '}
      {percent(at.saved[of])}
      {at.plan?.point.modules && '; something stands in'}.
    </>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart that is walked point by point has no element of its own.
    <div
      ref={box}
      className={css.picture}
      role="group"
      aria-roledescription="chart"
      aria-label={`Loss added against ${SAVED_WORDS[of].name} saved; arrow keys walk the masks, Enter drops what one drops`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked by keyboard.
      tabIndex={0}
      onKeyDown={walk}
      {...reading}
      data-pointing={at !== undefined || undefined}
    >
      <Plot height={width > 560 ? 340 : 280} x={xAxis} y={yAxis} endRoom={16}>
        {(own) => {
          area.current = own;
          const place = (spot: Spot) => `${own.x(spot.saved[of])},${own.y(spot.added)}`;
          return (
            <>
              <polyline className={css.front} points={front.map(place).join(' ')} />
              {shown.map((spot) => (
                <circle
                  key={`${place(spot)} ${spot.how}`}
                  className={css.spot}
                  data-front={front.includes(spot)}
                  data-best={spot.plan?.best === true}
                  cx={own.x(spot.saved[of])}
                  cy={own.y(spot.added)}
                  r={spot.plan?.best ? 7 : front.includes(spot) ? 5 : 3.5}
                />
              ))}
              {at && <circle className={css.ring} cx={own.x(at.saved[of])} cy={own.y(at.added)} r={10} />}
            </>
          );
        }}
      </Plot>
      {at && area.current && (
        <ChartTip x={area.current.x(at.saved[of])} y={area.current.y(at.added)} width={width}>
          {tip}
        </ChartTip>
      )}
      <p className="visually-hidden" aria-live="polite">
        {tip}
      </p>
    </div>
  );
}
