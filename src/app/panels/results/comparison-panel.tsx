import { canMeasure } from '../../store/measuring';
import { canCompute } from '../../store/select';
import { openDialog } from '../../widgets/dialog';
import { JobProgress } from '../../widgets/job-progress';
import { OriginNote } from '../../widgets/origin';
import { Panel } from '../../widgets/panel';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { whole } from '../../words/format';
import { AccuracyRows } from './accuracy-rows';
import css from './comparison.module.css';
import { ComparisonExplained } from './comparison-explained';
import { ComparisonTable, useColumns } from './comparison-table';
import { LossRows } from './loss-rows';

/** The model as it was published against the model with the mask: what was lost. */
export function ComparisonPanel() {
  const full = useApp((s) => s.open.full);
  const calibration = useApp((s) => s.calibration);
  const columns = useColumns();
  const needsIds = useApp(
    (s) => canCompute(s) && (s.calibration.text !== '' || s.calibration.task !== undefined) && !canMeasure(s),
  );
  return (
    <Panel title="Full against pruned" explain={<ComparisonExplained />}>
      <ComparisonTable>
        <LossRows />
        <tbody>
          <tr className={css.noteRow}>
            <td colSpan={columns}>
              {needsIds && (
                <p className={css.warning}>
                  This model came without a tokenizer: give token ids in place of a text, as{' '}
                  <code>[[1, 17, 4], [1, 9]]</code>.
                </p>
              )}
              <span className="small soft">
                On {full?.text ?? calibration.source}
                {full && `, ${whole(full.tokens)} tokens`}.{' '}
              </span>
              <TextButton onClick={() => openDialog('calibration')}>Change the text</TextButton>{' '}
              <OriginNote origin={full?.origin} />
            </td>
          </tr>
        </tbody>
        <AccuracyRows />
      </ComparisonTable>
      <div className={css.progress}>
        <JobProgress slot="evaluate" />
      </div>
    </Panel>
  );
}
