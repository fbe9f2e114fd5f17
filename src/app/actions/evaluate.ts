import { sha256Of } from '../../formats/sha256';
import type { EvalAnswer, EvalItem, EvalReport } from '../../lab/contract';
import { type Mask, makeMask, sameMask } from '../../pruning/mask';
import type { Placed } from '../../recovery/module';
import { unitName } from '../../recovery/units';
import type { BenchSettings, Unfinished } from '../store/benchmarks';
import { OWN_TASK } from '../store/benchmarks';
import { setMask } from '../store/masks';
import { hereOrigin } from '../store/measuring';
import { modulesOf } from '../store/recovery';
import { maskOf, reportOf } from '../store/select';
import { changeOpen, store } from '../store/store';
import { thirdOf } from '../store/third';
import { cancelJob, lab, runJob } from './jobs';
import { type Answering, forgetAnswers, keepAnswers, knownAnswers, type Run, unfinishedRuns } from './kept-answers';
import { titleOf } from './offered';
import { subsetOf } from './official-sets';
import { withItems } from './own-items';

/** Answers are put away this often while a run goes on. */
const KEEP_MS = 4000;

type Settings = Omit<BenchSettings, 'tasks'>;
const PLAIN: Settings = { bos: 'auto', chat: false };

/** Runs tasks one after the other, on the full model and, where something is dropped, on the pruned and the recovered one over the same items. */
export async function runTasks(tasks: readonly string[], asked: Settings = PLAIN): Promise<void> {
  // All items are no choice: whoever asked them without a seed has the answers to them with one.
  const settings = asked.limit === undefined ? { ...asked, seed: undefined } : asked;
  store.setState({ benchQueue: tasks });
  for (const task of tasks) {
    store.setState((s) => ({ benchQueue: s.benchQueue.slice(s.benchQueue.indexOf(task)) }));
    if (!(await runTask(task, settings))) break;
  }
  store.setState({ benchQueue: [] });
}

/**
 * Runs one task until it is done or cancelled. A mask that changes meanwhile restarts it; the lab and the answers kept
 * from earlier visits see to it that only what the change touches is asked again.
 */
export async function runTask(task: string, settings: Settings = PLAIN): Promise<boolean> {
  for (;;) {
    restarting = false;
    const ended = await runOnce(task, settings, maskOf(store.getState()));
    if (!restarting) return ended === 'done';
  }
}

let restarting = false;

/** To be called when the mask has changed: what runs goes on with the new one. */
export function restartEvaluation(): void {
  if (!store.getState().jobs.evaluate) return;
  restarting = true;
  cancelJob('evaluate');
}

async function runOnce(task: string, settings: Settings, mask: Mask): Promise<'done' | 'failed' | 'cancelled'> {
  const s = store.getState();
  const masks = mask.dropped.length > 0 ? [makeMask(mask.blocks), mask] : [mask];
  const third = thirdOf(s);
  const modules = third && modulesOf(third);
  const asking = [...masks.map((m) => m.dropped), ...(modules ? [{ dropped: mask.dropped, modules }] : [])];
  // Answers are kept from visit to visit, by what is dropped and what stands in.
  const answering: Answering[] = [
    ...masks.map(({ dropped }) => ({ dropped })),
    ...(modules ? [{ dropped: mask.dropped, standing: await digestOf(modules) }] : []),
  ];
  const own = task === OWN_TASK ? s.ownItems : undefined;
  const data = own ? (await sha256Of(own.text)).slice(0, 16) : subsetOf(s.officialSets, task);
  const run: Run = { fingerprint: reportOf(s)!.fingerprint, task, settings, data };
  const before = s.open.evaluations[task];
  const origin = hereOrigin(s);
  const answers = asking.map((): Record<number, EvalAnswer> => ({}));
  const note = (item: EvalItem) =>
    item.answers.forEach((answer, m) => {
      answers[m]![item.index] = answer;
    });
  const items: EvalItem[] = [];
  let keptAt = performance.now();
  let asked = 0;
  const keep = () => keepAnswers(run, answering, answers, asked);
  const ended = await runJob<EvalReport>({
    slot: 'evaluate',
    of: task,
    label: titleOf(task),
    failure: `${titleOf(task)} could not be run`,
    run: async (options, soFar) => {
      // Where the job starts once more, what it has been answered counts.
      items.length = 0;
      const kept = await knownAnswers(run, answering);
      const known = answers.map((own, m) => ({ ...kept[m], ...own }));
      return lab().evaluate(
        { ...settings, ...withItems(s, { task }), masks: asking, known },
        {
          ...options,
          onProgress: (progress) => {
            asked = progress.total;
            options.onProgress?.(progress);
          },
          onItem: (item, report) => {
            note(item);
            items.push(item);
            soFar({ ...report, items });
            if (performance.now() - keptAt < KEEP_MS) return;
            keptAt = performance.now();
            void keep();
          },
        },
      );
    },
    // Cut by another mask, what was there before is worth more; cut by its user, what was reached, labelled as partial.
    show: ({ items, ...report }) => {
      const overtaken = !sameMask(maskOf(store.getState()), mask);
      const recovered = third && { name: third.name, strength: third.strength, modules: third.modules };
      const own = { report, items: [...items], masks, origin, text: task, ...(recovered && { recovered }) };
      const now = overtaken ? before : own;
      if (now) changeOpen(({ evaluations }) => ({ evaluations: { ...evaluations, [task]: now } }));
    },
  });
  if (ended.ended === 'done') {
    // The report may overtake the last items on their way here.
    ended.value.items.forEach(note);
    asked = ended.value.items.length;
  }
  if (asked > 0) await keep();
  void showUnfinished();
  return ended.ended;
}

/** Of all the numbers that stand in. */
async function digestOf(modules: readonly Placed[]): Promise<string> {
  const parts = modules.flatMap(({ unit, module: { strength, bias, map, diagonal, reads } }) => [
    JSON.stringify([unitName(unit), strength, map?.rank, reads]),
    ...[bias, map?.a, map?.b, diagonal].flatMap((numbers) => (numbers ? [numbers] : [])),
  ]);
  return sha256Of(await new Blob(parts).arrayBuffer());
}

/** Looks for runs of the open model that an earlier visit left unfinished. */
export async function showUnfinished(): Promise<void> {
  const { model } = store.getState().open;
  if (!model) return;
  const unfinished = await unfinishedRuns(model.report.fingerprint);
  if (store.getState().open.model === model) changeOpen({ unfinished });
}

/** Takes an unfinished run up where it was left: its mask, its settings, its answers. */
export async function resumeRun({ task, settings, dropped }: Unfinished): Promise<void> {
  const { blocks } = maskOf(store.getState());
  setMask({ blocks, dropped });
  await runTasks([task], settings);
}

/** Forgets an unfinished run. */
export async function forgetRun({ task, settings, data }: Unfinished): Promise<void> {
  const model = reportOf(store.getState());
  if (model) await forgetAnswers({ fingerprint: model.fingerprint, task, settings, data });
  await showUnfinished();
}
