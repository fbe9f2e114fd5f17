import type { EvalReport } from '../../lab/contract';
import { makeMask, sameMask } from '../../pruning/mask';
import { maskOf } from '../store/select';
import { store } from '../store/store';
import { lab, runJob } from './jobs';
import { hereOrigin } from './score';

/** Runs a bundled task on the full model and, where something is dropped, on the pruned one over the same items. */
export async function runTask(task: string, limit?: number): Promise<boolean> {
  const s = store.getState();
  const mask = maskOf(s);
  const masks = mask.dropped.length > 0 ? [makeMask(mask.blocks), mask] : [mask];
  const origin = hereOrigin(s);
  let reached = 0;
  const sameModel = () => store.getState().model?.report === s.model?.report;
  const show = ({ items: _, ...report }: EvalReport) => {
    reached = report.results[0]?.n ?? 0;
    if (!sameModel()) return;
    store.setState((now) => ({ evaluations: { ...now.evaluations, [task]: { report, masks, origin } } }));
  };
  const before = s.evaluations[task];
  const run = await runJob('evaluate', task, `The task ${task} could not be run`, (options) =>
    lab().evaluate(
      { task, limit, masks: masks.map((m) => m.dropped) },
      {
        ...options,
        onItem: (_, soFar) => {
          if (store.getState().jobs.evaluate?.id === options.job) show(soFar);
        },
      },
    ),
  );
  if (run.ended === 'done') show(run.value);
  // Stopped by its user, what was reached stays, labelled as partial; overtaken by another mask it is worth less than
  // what was there before it.
  else if (before && sameModel() && (!sameMask(maskOf(store.getState()), mask) || reached === 0)) {
    store.setState((now) => ({ evaluations: { ...now.evaluations, [task]: before } }));
  }
  return run.ended === 'done';
}

/** One task after the other; a cancelled one ends the row. */
export async function runTasks(tasks: readonly string[]): Promise<void> {
  for (const task of tasks) if (!(await runTask(task))) return;
}
