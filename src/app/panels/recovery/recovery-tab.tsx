import { importRecovery } from '../../actions/recovery';
import { canCompute, maskOf } from '../../store/select';
import { recoveredOf } from '../../store/third';
import { Empty } from '../../widgets/empty';
import { FileButton } from '../../widgets/file-button';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { TabPage } from '../../widgets/tab-page';
import { useApp } from '../../widgets/use-app';
import { droppedWords } from '../../words/units';
import { KnownRecoveries } from './known-recoveries';
import { RankChart } from './rank-chart';
import css from './recovery.module.css';
import { RecoveryExplained } from './recovery-explained';
import { RecoveryForm } from './recovery-form';
import { RecoveryResult } from './recovery-result';
import { TrainingChart, TrainingList } from './training-chart';
import { UnitsTable } from './units-table';
import { UpdatesPanel } from './updates-panel';

/** What can stand in for a dropped layer. */
export default function RecoveryTab() {
  return (
    <TabPage tab="recovery">
      <Panel
        title="In the gap"
        explain={<RecoveryExplained />}
        tools={
          <FileButton
            label="Recovery file"
            accept=".safetensors"
            title="A file of lopper recover, or one saved here"
            onFile={(file) => void importRecovery(file)}
          >
            Open a recovery
          </FileButton>
        }
      >
        <Content />
      </Panel>
      <UpdatesPanel />
    </TabPage>
  );
}

function Content() {
  const mask = useApp(maskOf);
  const recovered = useApp(recoveredOf);
  const computes = useApp(canCompute);
  const trained = useApp((s) => s.open.trained);
  const trains = useApp((s) => s.jobs.recover?.of === 'train');
  if (mask.dropped.length === 0) {
    return (
      <Empty action={<KnownRecoveries />}>
        Drop a layer first. Here something cheap is then fitted or trained that stands in its place: the mean of what it
        added, or a linear map of what it read.
      </Empty>
    );
  }
  return (
    <div className={css.content}>
      <p>
        Dropped: <strong>{droppedWords(mask.dropped)}</strong>.
      </p>
      <RecoveryForm />
      {!computes && (
        <p className="small soft">It is fitted on this machine, by WebGPU: here nothing can be computed (yet).</p>
      )}
      <JobProgress slot="recover" stop={trains ? 'Pause' : 'Cancel'} />
      {trained.length > 0 && (
        <>
          <TrainingChart runs={trained} />
          <TrainingList runs={trained} />
        </>
      )}
      {recovered ? <RecoveryResult of={recovered} /> : <KnownRecoveries />}
      {recovered?.measured && <RankChart {...recovered.measured} />}
      {recovered?.measured && <UnitsTable units={recovered.measured.report.units} />}
    </div>
  );
}
