import { byStep, parseRevisions, stepOf } from '../../formats/revisions';
import type { Checkpoint, GrowthMetric, GrowthReport, GrowthRequest } from '../../lab/contract';
import type { Growth } from '../store/state';
import { notifyFailure, store } from '../store/store';
import { toFailure } from './failure';
import { lab, runJob } from './jobs';
import { calibrationOf, hereOrigin } from './score';

/** Results of the bundled model's own checkpoints, computed ahead. */
const SHIPPED = 'models/sapling/growth/results.json';

/** Where checkpoints come from. */
export type Series =
  | { readonly kind: 'bundled' }
  | { readonly kind: 'revisions'; readonly repo: string; readonly host: string; readonly revisions: string }
  | { readonly kind: 'files'; readonly files: readonly File[] };

async function checkpointsOf(series: Series): Promise<Checkpoint[]> {
  switch (series.kind) {
    case 'bundled':
      return lab().bundledCheckpoints();
    case 'revisions': {
      const { repo, host } = series;
      return parseRevisions(series.revisions).map(({ name, step }) => ({
        name,
        step,
        request: { kind: 'hub', repo, host, revision: name, passing: true },
      }));
    }
    case 'files':
      return byFolder(series.files);
  }
}

/** Picked files by the folder that has a config.json, in the order of training. */
export function byFolder(files: readonly File[]): Checkpoint[] {
  const folderOf = (file: File) => file.webkitRelativePath.slice(0, file.webkitRelativePath.lastIndexOf('/'));
  const folders = new Map<string, File[]>();
  for (const file of files) folders.set(folderOf(file), [...(folders.get(folderOf(file)) ?? []), file]);
  const models = [...folders].filter(([, own]) => own.some((f) => f.name === 'config.json'));
  return models
    .map(([path, own]) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      return { name, step: stepOf(name), request: { kind: 'files' as const, name, files: own } };
    })
    .sort(byStep);
}

/** Measures a metric at every checkpoint of a series, goes on from what is shown of the same series, and shows what comes. */
export async function measureGrowth(series: Series, of: string, metric: GrowthMetric, task?: string): Promise<void> {
  const s = store.getState();
  const origin = hereOrigin(s);
  const before = s.growth[metric];
  const goesOn = before?.of === of && before.report.partial && before.report.task?.task === task;
  const show = (report: GrowthReport) =>
    store.setState((now) => ({
      growth: { ...now.growth, [metric]: { of, report, origin, text: s.calibration.source } satisfies Growth },
    }));
  await runJob('growth', 'Checkpoints', 'The checkpoints could not be measured', async (options) => {
    const request: GrowthRequest = {
      checkpoints: await checkpointsOf(series),
      metric,
      ...(task && { task: { task, limit: TASK_ITEMS } }),
      ...(goesOn && { resume: before.report }),
    };
    const report = await lab().growth(calibrationOf(s), request, {
      ...options,
      onPoint: (_, soFar) => {
        if (store.getState().jobs.growth?.id === options.job) show(soFar);
      },
    });
    show(report);
  });
}

/** Items asked of each checkpoint: enough for a curve, whose intervals are shown. */
const TASK_ITEMS = 100;

/** Puts the shipped results of Sapling's own training before the page, unless some are there. */
export async function showShippedGrowth(): Promise<void> {
  const { model, growth } = store.getState();
  if (model?.source.kind !== 'bundled' || Object.keys(growth).length > 0) return;
  try {
    const answer = await fetch(new URL(SHIPPED, document.baseURI));
    if (!answer.ok) return;
    const { reports, adapter, text } = (await answer.json()) as {
      reports: GrowthReport[];
      adapter: string;
      text: string;
    };
    const shown = reports.map((report): [string, Growth] => [
      report.metric,
      { of: 'Sapling', report, origin: { kind: 'shipped', adapter }, text },
    ]);
    store.setState((now) => ({ growth: { ...Object.fromEntries(shown), ...now.growth } }));
  } catch (error) {
    notifyFailure('The shipped checkpoints’ results could not be read', toFailure(error));
  }
}
