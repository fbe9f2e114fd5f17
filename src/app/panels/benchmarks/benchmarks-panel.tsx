import { subjectsOf } from '../../../benchmarks/tasks';
import { runTasks } from '../../actions/evaluate';
import { saveEvaluations } from '../../actions/save-evaluations';
import { canCompute, maskOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { Button } from '../../widgets/button';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { useOffered } from '../../widgets/use-offered';
import css from './benchmarks.module.css';
import { BenchmarksExplained } from './benchmarks-explained';
import { OfficialSets } from './official-sets';
import { OwnItems } from './own-items';
import { ResultsTable } from './results-table';
import { RunSettings } from './run-settings';
import { TaskPicker } from './task-picker';
import { TradeOff } from './trade-off';
import { UnfinishedRuns } from './unfinished-runs';

/** Accuracy with its interval on the field's tasks, full against pruned, down to the item. */
export default function BenchmarksPanel() {
  const ready = useApp((s) => canCompute(s) && s.open.model?.report.hasTokenizer === true);
  const running = useApp((s) => s.jobs.evaluate !== undefined);
  const bench = useApp((s) => s.bench);
  const any = useApp((s) => Object.keys(s.open.evaluations).length > 0);
  const pruned = useApp((s) => maskOf(s).dropped.length > 0);
  const third = useApp((s) => thirdOf(s) !== undefined);
  const left = useApp((s) => s.benchQueue.length);
  const offered = useOffered();
  const here = offered.flatMap((group) => group.tasks.flatMap((task) => [task, ...subjectsOf(task)]));
  const tasks = bench.tasks.filter((name) => here.some((task) => task.name === name));
  return (
    <Panel title="Benchmarks" explain={<BenchmarksExplained />}>
      <div className={css.layout}>
        <form
          className={css.form}
          onSubmit={(e) => {
            e.preventDefault();
            const { tasks: _, ...settings } = bench;
            void runTasks(tasks, settings);
          }}
        >
          {offered.map((group) => (
            <TaskPicker key={group.title} legend={group.title} tasks={group.tasks} />
          ))}
          <RunSettings />
          <div className={css.row}>
            <Button
              look="primary"
              type="submit"
              icon="play"
              computes
              disabled={!ready || running || tasks.length === 0}
            >
              {third ? 'Run on all three models' : pruned ? 'Run on both models' : 'Run on the full model'}
            </Button>
            {!ready && <span className="small soft">Needs a model that is loaded, with its tokenizer.</span>}
          </div>
          <OwnItems />
          <OfficialSets />
        </form>
        <div className={css.outcome}>
          <UnfinishedRuns />
          <JobProgress slot="evaluate" />
          {running && left > 1 && <p className="small soft">{left - 1} more tasks after this one.</p>}
          {any ? (
            <>
              <ResultsTable />
              <div className={css.row}>
                <Button icon="download" onClick={saveEvaluations}>
                  Save results
                </Button>
              </div>
              <TradeOff />
            </>
          ) : (
            <p className={css.nothing}>Choose tasks and run them: results appear here item by item.</p>
          )}
        </div>
      </div>
    </Panel>
  );
}
