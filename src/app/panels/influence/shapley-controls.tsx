import type { ShapleyMetric } from '../../../lab/contract';
import { UNIT_NAMES } from '../../../model/units';
import { traitsOf } from '../../../pruning/metrics';
import { taskOptions } from '../../actions/offered';
import { saveRun } from '../../actions/result-files';
import { canResume, sampledRun, startSampling } from '../../actions/shapley';
import { canMeasure } from '../../store/measuring';
import { Button } from '../../widgets/button';
import { JobProgress } from '../../widgets/job-progress';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useOffered } from '../../widgets/use-offered';
import { unitOptions } from '../../words/units';
import css from './shapley.module.css';
import { ShapleySettings, setSampling } from './shapley-settings';
import { ShapleyStatus } from './shapley-status';

const UNITS = unitOptions(UNIT_NAMES);

/** Starts, pauses and goes on with a sampled metric, and says how far it is. */
export function ShapleyControls({ metric }: { metric: ShapleyMetric }) {
  const { unit, task } = useApp((s) => s.sampling);
  const running = useApp((s) => s.jobs.influence?.of === metric);
  const offered = useOffered();
  const ready = useApp(canMeasure);
  const resumable = useApp((s) => canResume(s, metric));
  const run = useApp((s) => sampledRun(s, metric));
  return (
    <div className={css.controls}>
      <div className={css.line}>
        <Select
          label="Units that are dropped"
          value={unit}
          groups={[{ options: UNITS }]}
          disabled={running}
          onChange={(v) => setSampling({ unit: v })}
        />
        {traitsOf(metric).worth === 'task' && (
          <Select
            label="Items"
            value={task}
            groups={taskOptions(offered, task)}
            hint="Any benchmark whose items are here. Answers in writing take far longer than choices."
            disabled={running}
            onChange={(v) => setSampling({ task: v })}
          />
        )}
        {!running && (
          <>
            {resumable && (
              <Button
                look="primary"
                icon="play"
                computes
                disabled={!ready}
                onClick={() => void startSampling(metric, true)}
              >
                Go on
              </Button>
            )}
            <Button
              look={resumable ? 'plain' : 'primary'}
              icon={resumable ? 'restore' : 'play'}
              computes
              disabled={!ready}
              onClick={() => void startSampling(metric, false)}
            >
              {resumable ? 'Start anew' : 'Start'}
            </Button>
          </>
        )}
      </div>
      {running && <JobProgress slot="influence" stop="Pause" />}
      {run && <ShapleyStatus run={run} running={running} resumable={resumable} />}
      <div className={css.more}>
        <ShapleySettings metric={metric} disabled={running} />
        {run && (
          <button
            type="button"
            className={css.save}
            title="As a JSON file; Import opens it again, to go on"
            onClick={() => void saveRun(run)}
          >
            Save the result
          </button>
        )}
      </div>
    </div>
  );
}
