import { sameMask } from '../../../pruning/mask';
import { measureSpeed } from '../../actions/generate';
import type { Pace, Repeated } from '../../store/pace';
import { canCompute, maskOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { fixed, signedPercent } from '../../words/format';
import css from './comparison.module.css';
import { Blank, Row } from './row';

/** How fast each model writes. Measured on demand or by the way, when a prompt is continued. */
export function SpeedRow() {
  const pace = useApp(({ open }) => open.speed?.pace);
  const current = useApp((s) => s.open.speed && sameMask(s.open.speed.mask, maskOf(s)));
  const third = useApp(thirdOf);
  const mended = useApp(({ open }) => open.speed?.recovered);
  const nothing = useApp((s) => maskOf(s).dropped.length === 0);
  const ready = useApp(canCompute);
  const measuring = useApp((s) => s.jobs.speed !== undefined);
  const measure = (
    <TextButton computes disabled={!ready || measuring} onClick={() => void measureSpeed()}>
      {measuring ? 'Measuring…' : 'Measure'}
      <span className="visually-hidden"> the decoding speed</span>
    </TextButton>
  );
  return (
    <tbody>
      <Row
        name="Decoding"
        unit="tokens per second; median and range of 7"
        full={pace ? <Rate of={pace.full} /> : <Blank />}
        pruned={pace && current ? <Rate of={nothing ? pace.full : pace.pruned} /> : <Blank />}
        change={pace && current && !nothing ? <Change of={pace} /> : measure}
        recovered={
          third && current && mended?.modules === third.modules ? (
            <>
              <Rate of={mended.pace.pruned} />
              <Change of={mended.pace} />
            </>
          ) : (
            current && pace && measure
          )
        }
        judged={pace?.told && current && !nothing ? (pace.ratio.median > 1 ? 'better' : 'worse') : undefined}
      />
    </tbody>
  );
}

function Rate({ of: { median, low, high } }: { of: Repeated }) {
  const digits = median < 100 ? 1 : 0;
  return (
    <>
      {fixed(median, digits)}
      <span className={css.interval}>
        {fixed(low, digits)} to {fixed(high, digits)}
      </span>
    </>
  );
}

/** Against the full model. */
function Change({ of: { ratio, told } }: { of: Pace }) {
  const change = (r: number) => signedPercent(r - 1, 0);
  return (
    <>
      {change(ratio.median)}
      <span className={css.interval}>
        {change(ratio.low)} to {change(ratio.high)}
      </span>
      {!told && <span className={css.interval}>cannot be told apart</span>}
    </>
  );
}
