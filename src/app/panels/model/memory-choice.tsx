import type { HowOpened } from '../../../lab/contract';
import { openAgain } from '../../actions/open-model';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { bytes } from '../../words/format';

const GIB = 2 ** 30;
const STEPS = [0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24].map((n) => n * GIB);

const FIRST = [
  { value: '', text: 'All weights, if they fit' },
  { value: 'all', text: 'All weights, or not at all' },
  { value: 'none', text: 'None: streamed' },
];

const asStay = (value: string): HowOpened['stay'] =>
  value === '' ? undefined : value === 'all' || value === 'none' ? value : Number(value);

/** How many of the open model's weights stay in GPU memory. What does not is read anew for each walk. */
export function MemoryChoice() {
  const model = useApp((s) => s.open.model);
  const busy = useApp((s) => s.jobs.open !== undefined);
  if (!model?.loaded) return null;
  const { report, stay } = model;
  const value = stay === undefined ? '' : String(stay);
  const sizes = STEPS.filter((size) => size < report.weightBytes || size === stay);
  return (
    <>
      <dt>In GPU memory</dt>
      <dd>
        <Select
          label="Weights in GPU memory"
          value={value}
          groups={[
            { options: FIRST },
            ...(sizes.length > 0
              ? [
                  {
                    title: 'As many layers as go into',
                    options: sizes.map((size) => ({ value: String(size), text: bytes(size) })),
                  },
                ]
              : []),
          ]}
          disabled={busy}
          onChange={(chosen) => void openAgain({ stay: asStay(chosen) })}
        />
        {report.streamedBytes !== undefined && (
          <>
            {' '}
            {bytes(report.streamedBytes)} are read anew for each walk
            {report.aheadBytes !== undefined && `, up to ${bytes(report.aheadBytes)} ahead of the work`}; many masks
            share one.
          </>
        )}
      </dd>
    </>
  );
}
