import { useEffect, useMemo } from 'react';
import type { MeanUpdatesReport } from '../../../lab/contract';
import { measureUpdates } from '../../actions/updates';
import { ChartFrame } from '../../charts/chart-frame';
import type { Measured } from '../../store/measured';
import { canMeasure } from '../../store/measuring';
import { highlight } from '../../store/notify';
import { fileStem, modelName } from '../../store/select';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { Empty } from '../../widgets/empty';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { unitName } from '../../words/units';
import { ChannelsPlot } from './channels-plot';
import { UpdatePlot } from './update-plot';
import { endsOf, KINDS, scaleOf, updatesOf, updatesSummary, updatesTable } from './updates';
import css from './updates.module.css';

/** What every layer adds on average: what a mean update would put in its place. */
export function UpdatesPanel() {
  const updates = useApp((s) => s.open.updates);
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.updates !== undefined);
  useEffect(() => () => highlight(undefined), []);
  const measure = (
    <Button computes disabled={!ready || running} onClick={() => void measureUpdates()}>
      {updates ? 'Measure again' : 'Measure mean updates'}
    </Button>
  );
  return (
    <Panel title="Mean updates" tools={updates && measure} explain={<UpdatesExplained />}>
      <JobProgress slot="updates" />
      {!updates && !running && (
        <Empty action={measure}>
          What every layer adds on average: its mean and its spread over channels, and each channel. One pass over the
          text measures all of them.
        </Empty>
      )}
      {updates && <UpdatesChart {...updates} />}
    </Panel>
  );
}

function UpdatesChart({ report, origin, text }: Measured<MeanUpdatesReport>) {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const [cut, setCut] = useKept('updates.cut', false);
  const [chosen, setChosen] = useKept('updates.unit', '');
  const words = useMemo(() => ({ summary: updatesSummary(report), table: updatesTable(report) }), [report]);
  const y = useMemo(() => scaleOf(report.units.flatMap(endsOf), cut), [report, cut]);
  const keyOf = (kind: string, block: number) => `${kind}:${block}`;
  const unit = report.units.find((u) => keyOf(u.unit.kind, u.unit.block) === chosen);
  const colour = KINDS.find(({ kind }) => kind === unit?.unit.kind)?.colour;
  return (
    <ChartFrame
      title="Mean updates"
      bare
      summary={words.summary}
      table={words.table}
      provenance={{ model, text, tokens: report.tokens, origin }}
      again={(['attn', 'ffn', 'block'] as const).map((unit) => ({
        command: 'recover',
        options: ['--each', '--unit', unit, '--method', 'mean'],
        text,
      }))}
      fileName={`${stem}-mean-updates`}
      actions={
        <>
          <Check
            label="Cut to the middle"
            hint="The axis holds the middle nine tenths of what is drawn; what is beyond leaves the chart."
            checked={cut}
            onChange={setCut}
          />
          <Select
            label="Channels of"
            shown
            value={unit ? chosen : ''}
            groups={[
              { options: [{ value: '', text: 'none' }] },
              ...KINDS.map(({ kind, title }) => ({
                title,
                options: updatesOf(report, kind).map(({ unit: { block } }) => ({
                  value: keyOf(kind, block),
                  text: unitName(kind, block),
                })),
              })),
            ]}
            onChange={setChosen}
          />
        </>
      }
    >
      <div className={css.charts}>
        {KINDS.map((of) => (
          <UpdatePlot
            key={of.kind}
            of={of}
            updates={updatesOf(report, of.kind)}
            y={y}
            chosen={unit?.unit.kind === of.kind ? unit.unit.block : undefined}
            onChoose={(block) => setChosen(keyOf(of.kind, block))}
          />
        ))}
      </div>
      {unit && colour && <ChannelsPlot of={unit} colour={colour} cut={cut} />}
    </ChartFrame>
  );
}

const UpdatesExplained = () => (
  <>
    <p>
      A layer adds a vector to the stream at every position. Its mean over positions is the <em>mean update</em>, which
      can stand in for the layer: one number for each channel of the stream.
    </p>
    <p>
      The line is the mean over channels, the band a standard deviation on either side. Where one layer or a few
      channels dwarf all others, cut the axis to its middle. Click a layer to see its channels.
    </p>
  </>
);
