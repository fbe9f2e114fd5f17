import type { GrowthPoint } from '../../../lab/contract';
import { changeOpen } from '../../store/store';
import { Button } from '../../widgets/button';
import { checkpointWords, fixed } from '../../words/format';
import css from './tower-panel.module.css';

/** Says that the colours are those of a moment of training, not of the model as it is, and leads back. */
export function MomentNote({ point, series }: { point: GrowthPoint; series: string }) {
  return (
    <div className={css.colours} role="status">
      <span className="small">
        In training, {checkpointWords(point)}: loss {fixed(point.loss, 2)} ({series})
      </span>
      <Button onClick={() => changeOpen({ moment: undefined })}>Back to now</Button>
    </div>
  );
}
