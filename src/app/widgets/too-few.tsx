import type { EvalReport } from '../../lab/contract';
import { tooFewWords } from '../words/tasks';
import css from './too-few.module.css';

/** Said where the items cannot tell what is shown; nothing where they are enough. */
export function TooFew({ of: report }: { of: Pick<EvalReport, 'tooFew' | 'results'> }) {
  const words = tooFewWords(report);
  if (!words) return null;
  return (
    <span className={css.few} title={report.tooFew?.message}>
      {words}
    </span>
  );
}
