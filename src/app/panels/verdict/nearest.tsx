import type { Sublayer } from '../../../model/units';
import { nearestOf } from '../../store/beforehand';
import { setMask } from '../../store/masks';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { signed } from '../../words/format';
import { droppedWords } from '../../words/verdict';
import css from './verdict.module.css';

/** In the place of a loss that was not measured beforehand and cannot be here: the nearest mask that was. */
export function NearestMask() {
  const nearest = useApp(nearestOf);
  if (!nearest) return null;
  const { mask, more, less, added } = nearest;
  const name = mask.dropped.length > 0 ? `without ${droppedWords(mask.dropped)}` : 'the full model';
  return (
    <p className={css.source}>
      Nearest that was: {name} ({differenceWords(more, less)}), loss {signed(added)}.{' '}
      <TextButton onClick={() => setMask(mask)}>Apply it</TextButton>
    </p>
  );
}

const differenceWords = (more: readonly Sublayer[], less: readonly Sublayer[]) =>
  [
    less.length > 0 && `${less.length} fewer: keeps ${droppedWords(less)}`,
    more.length > 0 && `${more.length} more: drops ${droppedWords(more)} too`,
  ]
    .filter(Boolean)
    .join('; ');
