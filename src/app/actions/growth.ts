import { byStep, parseRevisions, publicSteps, stepOf } from '../../formats/revisions';
import type { Checkpoint, GrowthMetric, GrowthReport } from '../../lab/contract';
import { calibrationPairs, difference } from '../../lab/contract/asked';
import { BUNDLED_SERIES, readGrowth } from '../../lab/files/growth-file';
import { readShippedGrowth, SHIPPED_GROWTH } from '../../lab/files/shipped-file';
import { titleOf } from '../store/beforehand';
import type { Growth } from '../store/growth';
import { calibrationOf, hereOrigin } from '../store/measuring';
import { notifyFailure } from '../store/notify';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { toFailure } from './failure';
import { lab, runJob, throwIfOvertaken } from './jobs';
import { named } from './named';

/** Where checkpoints come from. */
export type Series =
  | { readonly kind: 'bundled' }
  | { readonly kind: 'revisions'; readonly repo: string; readonly host: string; readonly revisions: string }
  | { readonly kind: 'files'; readonly files: readonly File[] };

/** Whose checkpoints they are, in words. */
function nameOf(series: Series): string {
  switch (series.kind) {
    case 'bundled':
      return BUNDLED_SERIES;
    case 'revisions':
      return series.repo;
    case 'files':
      return series.files[0]!.webkitRelativePath.split('/')[0]!;
  }
}

async function checkpointsOf(series: Series): Promise<Checkpoint[]> {
  switch (series.kind) {
    case 'bundled':
      return lab().bundledCheckpoints();
    case 'revisions': {
      const { repo, host } = series;
      return parseRevisions(series.revisions, publicSteps(repo)).map(({ name, step }) => ({
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

/** The same for the same checkpoint: folders of two runs may share their names. */
const identityOf = ({ name, request }: Checkpoint) =>
  JSON.stringify([name, request.kind === 'files' && request.files.map((f) => [f.name, f.size, f.lastModified])]);

/** What is shown of an unfinished series, where the same is asked of it now: what a measurement goes on from. */
export function unfinished(s: AppState, series: string, metric: GrowthMetric, task?: string): GrowthReport | undefined {
  const { report, calibration } = s.open.growth[metric] ?? {};
  if (!report?.partial || !calibration) return undefined;
  const other = difference([
    ['series', report.series, series],
    ['task', report.task?.task, task],
    ...calibrationPairs(calibration, calibrationOf(s)),
  ]);
  return other ? undefined : report;
}

/** Measures a metric at every checkpoint of a series, goes on where it is unfinished, and shows what comes. */
export async function measureGrowth(from: Series, metric: GrowthMetric, task?: string): Promise<void> {
  const s = store.getState();
  const series = nameOf(from);
  const [origin, calibration, text] = [hereOrigin(s), calibrationOf(s), s.calibration.source];
  let checkpoints: Checkpoint[] = [];
  await runJob<GrowthReport>({
    slot: 'growth',
    of: metric,
    label: 'Checkpoints',
    failure: 'The checkpoints could not be measured',
    run: async (options, soFar) => {
      checkpoints = await checkpointsOf(from);
      throwIfOvertaken('growth', options);
      const before = unfinished(s, series, metric, task);
      const known = new Set(s.open.growth[metric]?.checkpoints?.map(identityOf));
      const same = checkpoints.filter((c) => known.has(identityOf(c))).map((c) => c.name);
      const request = {
        series,
        checkpoints,
        metric,
        ...(task && { task: { task, limit: TASK_ITEMS } }),
        resume: before && { ...before, points: before.points.filter((p) => same.includes(p.name)) },
      };
      return named(calibration, (on) =>
        lab().growth({ ...request, calibration: on }, { ...options, onPoint: (_, report) => soFar(report) }),
      );
    },
    show: (report) => put({ report, origin, text, calibration, checkpoints }),
  });
}

/** Shows a series, in the place of the one before of its metric. */
const put = (...shown: readonly Growth[]): void =>
  changeOpen(({ growth }) => ({
    growth: { ...growth, ...Object.fromEntries(shown.map((one) => [one.report.metric, one])) },
  }));

/** Opens a series that was measured elsewhere, in the place of the one before of its metric. Throws `result-invalid`. */
export function openGrowth(name: string, text: string): void {
  const { report, text: on, madeBy } = readGrowth(text, name);
  const origin = { kind: 'file', adapter: madeBy.adapter, version: madeBy.lopper } as const;
  put({ report, origin, text: on.source });
}

/** Items asked of each checkpoint: enough for a curve, whose intervals are shown. */
const TASK_ITEMS = 100;

/** Puts the shipped results of Sapling's own training before the page, unless some are there. */
export async function showShippedGrowth(): Promise<void> {
  const wanted = ({ open: { model, growth } }: AppState) =>
    model?.source.kind === 'bundled' && Object.keys(growth).length === 0;
  if (!wanted(store.getState())) return;
  const shipped = await shippedGrowth();
  // Another model may have been opened meanwhile, or a measurement begun.
  if (wanted(store.getState())) put(...shipped);
}

/** Puts the shipped results of a metric in the place of what was measured. */
export async function restoreShippedGrowth(metric: GrowthMetric): Promise<void> {
  put(...(await shippedGrowth()).filter(({ report }) => report.metric === metric));
}

/** Sapling's own training as it shipped; nothing where it cannot be read, which is said. */
export async function shippedGrowth(): Promise<Growth[]> {
  try {
    const answer = await fetch(new URL(SHIPPED_GROWTH, document.baseURI));
    if (!answer.ok) return [];
    const { reports, text, madeBy } = readShippedGrowth(await answer.text());
    const { lopper: version, adapter, walks } = madeBy;
    const origin = { kind: 'shipped', adapter: [walks, adapter].filter(Boolean).join('; '), version } as const;
    return reports.map((report) => ({ report, origin, text: titleOf(text) }));
  } catch (error) {
    notifyFailure('The shipped checkpoints’ results could not be read', toFailure(error));
    return [];
  }
}
