import type { EvalReport } from '../../lab/contract';
import { whole } from '../words/format';
import css from './too-few.module.css';

/** A warning where the items are too few to tell what is shown; nothing where they are enough. */
export function TooFew({ of: tooFew }: { of: EvalReport['tooFew'] }) {
  if (!tooFew) return null;
  return (
    <span className={css.few} title={tooFew.message}>
      too few: {whole(tooFew.needed)} would do
    </span>
  );
}
