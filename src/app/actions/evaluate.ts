import { sha256Of } from '../../formats/sha256';
import type { EvalAnswer, EvalItem, EvalReport } from '../../lab/contract';
import { type Mask, makeMask, sameMask } from '../../pruning/mask';
import { maskOf } from '../store/select';
import type { AppState, BenchSettings, Evaluation, Kept, Unfinished } from '../store/state';
import { setMask, store } from '../store/store';
import { cancelJob, lab, runJob } from './jobs';
import { forgetAnswers, keepAnswers, knownAnswers, type Run, unfinishedRuns } from './kept-answers';
import { subsetOf } from './official-sets';
import { OWN_TASK, withItems } from './own-items';
import { hereOrigin } from './score';

/** Results are shown this often at most: a page that repaints at every item would be slower than the model. */
const SHOW_MS = 250;
/** Answers are put away this often while a run goes on. */
const KEEP_MS = 4000;

type Settings = Omit<BenchSettings, 'tasks'>;
const PLAIN: Settings = { bos: 'auto', chat: false };

/** Runs tasks one after the other, on the full model and, where something is dropped, on the pruned one over the same items. */
export async function runTasks(tasks: readonly string[], settings: Settings = PLAIN): Promise<void> {
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
  const drops = masks.map((m) => m.dropped);
  const own = task === OWN_TASK ? s.ownItems : undefined;
  const data = own ? (await sha256Of(own.text)).slice(0, 16) : subsetOf(s.officialSets, task);
  const run: Run = { fingerprint: s.model!.report.fingerprint, task, settings, data };
  const live = new LiveEvaluation(s, task, masks);
  const answers = drops.map((): Record<number, EvalAnswer> => ({}));
  const note = (item: EvalItem) =>
    item.answers.forEach((answer, m) => {
      answers[m]![item.index] = answer;
    });
  let keptAt = performance.now();
  let asked = 0;
  const keep = () => keepAnswers(run, drops, answers, asked);
  const ended = await runJob('evaluate', task, `The task ${task} could not be run`, async (options) => {
    const known = await knownAnswers(run, drops);
    return lab().evaluate(
      { ...settings, ...withItems(s, { task }), masks: drops, known },
      {
        ...options,
        onProgress: (progress) => {
          asked = progress.total;
          options.onProgress?.(progress);
        },
        onItem: (item, soFar) => {
          if (store.getState().jobs.evaluate?.id !== options.job) return;
          note(item);
          live.add(item, soFar);
          if (performance.now() - keptAt < KEEP_MS) return;
          keptAt = performance.now();
          void keep();
        },
      },
    );
  });
  if (ended.ended === 'done') {
    live.end(ended.value);
    // The report may overtake the last items on their way here.
    ended.value.items.forEach(note);
    asked = ended.value.items.length;
  } else {
    // Stopped by its user, what was reached stays, labelled as partial.
    live.stop();
  }
  if (asked > 0) await keep();
  void showUnfinished();
  return ended.ended;
}

/** A run's results as they come in, put before the page a few times a second. */
class LiveEvaluation {
  readonly #before?: Evaluation;
  readonly #items: EvalItem[] = [];
  #soFar?: Omit<EvalReport, 'items'>;
  #shownAt = 0;

  constructor(
    readonly s: AppState,
    readonly task: string,
    readonly masks: readonly Mask[],
  ) {
    this.#before = s.evaluations[task];
  }

  add(item: EvalItem, { items: _, ...soFar }: EvalReport): void {
    this.#items.push(item);
    this.#soFar = soFar;
    if (performance.now() - this.#shownAt < SHOW_MS) return;
    this.#shownAt = performance.now();
    this.#show(soFar, [...this.#items]);
  }

  end({ items, ...report }: EvalReport): void {
    this.#show(report, items);
  }

  /** Nothing reached, or overtaken by another mask: what was there before is worth more. */
  stop(): void {
    const overtaken = !sameMask(maskOf(store.getState()), this.masks.at(-1)!);
    if (this.#soFar && !overtaken) this.#show(this.#soFar, this.#items);
    else if (this.#before) this.#put(this.#before);
  }

  #show(report: Omit<EvalReport, 'items'>, items: readonly EvalItem[]): void {
    this.#put({ report, items, masks: this.masks, origin: hereOrigin(this.s) });
  }

  #put(evaluation: Evaluation): void {
    if (store.getState().model?.report !== this.s.model?.report) return;
    store.setState((now) => ({ evaluations: { ...now.evaluations, [this.task]: evaluation } }));
  }
}

/** Looks for runs of the open model that an earlier visit left unfinished. */
export async function showUnfinished(): Promise<void> {
  const { model } = store.getState();
  if (!model) return;
  const unfinished = await unfinishedRuns(model.report.fingerprint);
  if (store.getState().model === model) store.setState({ unfinished });
}

/** Takes an unfinished run up where it was left: its mask, its settings, its answers. */
export async function resumeRun({ task, settings, dropped }: Unfinished): Promise<void> {
  const { blocks } = maskOf(store.getState());
  setMask({ blocks, dropped });
  await runTasks([task], settings);
}

/** Forgets an unfinished run. */
export async function forgetRun({ task, settings, data }: Unfinished): Promise<void> {
  const { model } = store.getState();
  if (model) await forgetAnswers({ fingerprint: model.report.fingerprint, task, settings, data });
  await showUnfinished();
}

/** Keeps the present mask and what it scored to the end, to be held against other masks; of a task run again, the latest. */
export function keepMask(): void {
  const s = store.getState();
  const mask = maskOf(s);
  const results: Record<string, Kept['results'][string]> = {};
  for (const [task, { report, masks, origin }] of Object.entries(s.evaluations)) {
    const done = report.results.length === 2 && !report.partial;
    if (done && sameMask(masks[1]!, mask)) results[task] = { report, origin };
  }
  const before = s.kept.find((k) => sameMask(k.mask, mask));
  const others = s.kept.filter((k) => k !== before);
  store.setState({ kept: [...others, { mask, results: { ...before?.results, ...results } }] });
}

export const dropKept = (kept: Kept): void => store.setState((s) => ({ kept: s.kept.filter((k) => k !== kept) }));
