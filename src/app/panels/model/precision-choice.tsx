import type { Precision } from '../../../model/precision';
import { measurePrecision, openAtPrecision } from '../../actions/precision';
import { JobProgress } from '../../widgets/job-progress';
import { Select } from '../../widgets/select';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { bytes, fixed, signed } from '../../words/format';
import { PRECISION_NAMES } from '../../words/precision';

/** How exact the open model's weights are: a choice, and what the smaller ones cost. Nothing where there is no choice. */
export function PrecisionChoice() {
  const model = useApp((s) => s.open.model);
  const measured = useApp((s) => s.open.precisionCost);
  const busy = useApp((s) => s.jobs.open !== undefined);
  const measuring = useApp((s) => s.jobs.precision !== undefined);
  if (!model?.loaded || !model.report.bytesAt) return null;
  const { bytesAt, precision = 'published' } = model.report;
  const options = (Object.keys(PRECISION_NAMES) as Precision[]).map((value) => ({
    value,
    text: `${PRECISION_NAMES[value]}, ${bytes(bytesAt[value])}`,
  }));
  return (
    <>
      <dt>Precision</dt>
      <dd>
        <Select
          label="Precision of the weights"
          value={precision}
          groups={[{ options }]}
          disabled={busy}
          onChange={(chosen) => void openAtPrecision(chosen)}
        />
        {precision !== 'published' && !measured && !measuring && (
          <>
            {' '}
            <TextButton computes onClick={() => void measurePrecision()}>
              What does it cost?
            </TextButton>
          </>
        )}
        {measuring && <JobProgress slot="precision" />}
        {measured && (
          <>
            {' '}
            The loss of the full model is {signed(measured.cost.difference)} nats more than the{' '}
            {fixed(measured.published)} of its weights as published, on {measured.text}.
          </>
        )}
      </dd>
    </>
  );
}
