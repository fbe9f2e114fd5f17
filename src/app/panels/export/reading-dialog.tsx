import { formatDropList } from '../../../pruning/drop-list';
import { takeReading } from '../../actions/mask-files';
import { Dialog } from '../../widgets/dialog';
import { useApp } from '../../widgets/use-app';
import css from './reading.module.css';

/** Asks how a file counts that does not say it. */
export function ReadingDialog() {
  const question = useApp((s) => s.question);
  return (
    <Dialog name="reading" title="What do the numbers mean?">
      {question && (
        <>
          <p>
            <code>{question.file}</code> leaves it open. Of this model it may name:
          </p>
          <ul className={css.readings}>
            {question.readings.map((reading) => (
              <li key={reading.what}>
                <button type="button" onClick={() => takeReading(question.file, reading)}>
                  <strong>{reading.what}</strong>
                  <span>drops {formatDropList(reading.mask.dropped) || 'nothing'}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
