import { taskNamed } from '../../../benchmarks/tasks';
import type { GrowthPoint, GrowthReport } from '../../../lab/contract';
import { type Axis, linePath, Plot } from '../../charts/plot';
import { percent } from '../../words/format';
import { chosenWords } from '../../words/tasks';
import css from './growth.module.css';

interface Props {
  readonly points: readonly GrowthPoint[];
  readonly task: NonNullable<GrowthReport['task']>;
  readonly at: number | undefined;
  /** The axis of the lines above. */
  readonly x: Axis;
  readonly startRoom: number;
  readonly endRoom: number;
}

const HEIGHT = 116;
const SHARE: Axis = {
  scale: { kind: 'linear', low: 0, high: 1, ticks: [0, 0.5, 1], at: (share) => share },
  write: (share) => percent(share, 0),
};

/** Accuracy at each checkpoint with its 95% interval. */
export function AccuracyPlot({ points, task, at, x, startRoom, endRoom }: Props) {
  const shown = points.flatMap((p, i) => (p.accuracy ? [{ i, name: p.name, ...p.accuracy }] : []));
  if (shown.length === 0) return null;
  const { chance, title } = taskNamed(task.task);
  return (
    <div>
      <p className={css.accuracyTitle}>
        accuracy on <span title={task.task}>{title}</span>, {chosenWords(task)}, with its 95% interval
      </p>
      <Plot
        label={`Accuracy on ${title} over training`}
        height={HEIGHT}
        x={{ ...x, label: undefined }}
        y={SHARE}
        startRoom={startRoom}
        endRoom={endRoom}
      >
        {(area) => (
          <>
            {chance > 0 && (
              <g className={css.chance}>
                <line x1={area.left} x2={area.right} y1={area.y(chance)} y2={area.y(chance)} />
                <text x={area.right + 4} y={area.y(chance)} dominantBaseline="central">
                  chance
                </text>
              </g>
            )}
            {at !== undefined && (
              <line className={css.now} x1={area.x(at)} x2={area.x(at)} y1={area.top} y2={area.bottom} />
            )}
            <path className={css.accuracy} d={linePath(shown.map((p) => [area.x(p.i), area.y(p.accuracy)]))} />
            {shown.map((p) => (
              <g key={p.i} className={css.point}>
                <line x1={area.x(p.i)} x2={area.x(p.i)} y1={area.y(p.interval[0])} y2={area.y(p.interval[1])} />
                <circle cx={area.x(p.i)} cy={area.y(p.accuracy)} r={3}>
                  <title>{`${p.name}: ${percent(p.accuracy)} (${percent(p.interval[0])} to ${percent(p.interval[1])})`}</title>
                </circle>
              </g>
            ))}
          </>
        )}
      </Plot>
    </div>
  );
}
