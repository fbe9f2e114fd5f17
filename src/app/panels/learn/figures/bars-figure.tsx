import { blockTicks } from '../../../charts/nice-ticks';
import { placementOf } from '../../../charts/placement';
import { shownValues } from '../../../store/influence';
import { influenceOf } from '../../../store/select';
import { useApp } from '../../../widgets/use-app';
import { change, nats } from '../../../words/lessons/facts';
import { METRIC_WORDS } from '../../../words/metrics';
import { UNIT_WORDS } from '../../../words/units';
import css from './figures.module.css';

const KINDS = ['attn', 'ffn'] as const;

/** The tower's measure laid down: a pair of bars for each block, on the scale of the tower. */
export function BarsFigure() {
  const metric = useApp((s) => s.metric);
  const choice = useApp((s) => s.scale);
  const { question, unit, anchors, signed } = METRIC_WORDS[metric];
  const attn = useApp((s) => influenceOf(s, metric, 'attn'));
  const ffn = useApp((s) => influenceOf(s, metric, 'ffn'));
  if (!attn || !ffn) return <p className={css.waits}>This has not been measured on this model.</p>;
  const values = [attn, ffn].map(shownValues);
  const blocks = values[0]!.map((_, b) => b);
  const told = new Set(blockTicks(blocks.length));
  const { place, kind: scale } = placementOf(values.flat(), { choice, anchors });
  const write = signed ? change : nats;
  const [low, high] = [Math.min(0, ...values.flat().map(place)), Math.max(0, ...values.flat().map(place))];
  const height = (value: number) => `${(100 * Math.abs(place(value))) / (high - low)}%`;
  return (
    <>
      <figcaption>{question}</figcaption>
      <div className={css.bars} style={{ '--zero': `${(-100 * low) / (high - low)}%` } as React.CSSProperties}>
        {blocks.map((b) => (
          <div key={b} className={css.pair}>
            {KINDS.map((kind, k) => {
              const value = values[k]![b]!;
              return (
                <span key={kind} className={css.stand} title={`${UNIT_WORDS[kind].one} ${b}: ${write(value)}`}>
                  <i data-kind={kind} data-below={value < 0} style={{ height: height(value) }} />
                </span>
              );
            })}
            <span className={css.tick}>{told.has(b) && b}</span>
          </div>
        ))}
      </div>
      <p className={css.note}>
        <b data-kind="attn">attention</b> and <b data-kind="ffn">feed-forward</b> of each block; {unit}
        {scale === 'log' && ', logarithmic'}
      </p>
      <p className="visually-hidden">
        {KINDS.flatMap((kind, k) => blocks.map((b) => `${UNIT_WORDS[kind].one} ${b}: ${write(values[k]![b]!)}`)).join(
          '; ',
        )}
      </p>
    </>
  );
}
