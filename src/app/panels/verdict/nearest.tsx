import { nearestOf } from '../../store/beforehand';
import { setMask } from '../../store/masks';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { signed } from '../../words/format';
import { droppedBriefly } from '../../words/units';
import css from './verdict.module.css';

/** In the place of a loss that was not measured beforehand and cannot be here: the nearest mask that was. */
export function NearestMask() {
  const nearest = useApp(nearestOf);
  if (!nearest) return null;
  const { mask, more, less, added } = nearest;
  const ways = [
    less.length > 0 && `keeps ${droppedBriefly(less)}`,
    more.length > 0 && `drops ${droppedBriefly(more)} too`,
  ].filter(Boolean);
  return (
    <p className={css.source}>
      <TextButton onClick={() => setMask(mask)}>Take the nearest that was</TextButton>: it {ways.join(' and ')}, loss{' '}
      {signed(added)}
    </p>
  );
}
