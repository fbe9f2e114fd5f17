import { createStore, del, entries, get, set, type UseStore } from 'idb-keyval';
import type { EvalAnswer, KnownAnswers } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import type { BenchSettings, Unfinished } from '../store/benchmarks';

/** Masks whose answers are kept for one task and its settings; the full model's are never the ones to go. */
const KEPT_MASKS = 6;

/** What makes two runs ask the same questions of the same model. */
export interface Run {
  /** Of the model's weights. */
  readonly fingerprint: string;
  readonly task: string;
  readonly settings: Omit<BenchSettings, 'tasks'>;
  /** Of a person's own items, or of the subset of an official set. */
  readonly data?: string;
}

/** A model whose answers are kept: what it leaves out, and what stands there by its digest. */
export interface Answering {
  readonly dropped: readonly Sublayer[];
  readonly standing?: string;
}

interface Entry {
  readonly run: Run;
  /** Items asked for. */
  readonly of: number;
  readonly masks: readonly (Answering & { readonly answers: KnownAnswers })[];
  /** The mask of the last run, where it was left unfinished. */
  readonly unfinished?: readonly Sublayer[];
}

let database: UseStore | undefined;
const shelf = () => (database ??= createStore('lopper-answers', 'answers'));

const keyOf = ({ fingerprint, task, settings, data = '' }: Run) => {
  const { limit, seed, shots, bos, chat } = settings;
  return [fingerprint, task, limit, seed, shots, bos, chat, data].join('|');
};

const same = (a: Answering, b: Answering) => nameOf(a.dropped) === nameOf(b.dropped) && a.standing === b.standing;
const nameOf = (dropped: readonly Sublayer[]) =>
  formatDropList([...dropped].sort((a, b) => a.block - b.block || a.kind.localeCompare(b.kind)));

/** Answers given in this or an earlier visit, for each mask. A browser that keeps nothing for pages has none. */
export async function knownAnswers(run: Run, masks: readonly Answering[]): Promise<KnownAnswers[]> {
  const entry = await get<Entry>(keyOf(run), shelf()).catch(() => undefined);
  return masks.map((mask) => entry?.masks.find((m) => same(m, mask))?.answers ?? {});
}

/** Keeps the answers of each mask; `of` items were asked for. Where the browser has no room they go with the tab. */
export async function keepAnswers(
  run: Run,
  masks: readonly Answering[],
  answers: readonly Readonly<Record<number, EvalAnswer>>[],
  of: number,
): Promise<void> {
  const key = keyOf(run);
  const before = await get<Entry>(key, shelf()).catch(() => undefined);
  const others = before?.masks.filter((m) => !masks.some((mask) => same(m, mask))) ?? [];
  const full = others.filter((m) => m.dropped.length === 0);
  const rest = others.filter((m) => m.dropped.length > 0).slice(-KEPT_MASKS);
  const last = masks.at(-1)?.dropped ?? [];
  const finished = answers.every((own) => Object.keys(own).length >= of);
  const entry: Entry = {
    run,
    of,
    masks: [...full, ...rest, ...masks.map((mask, i) => ({ ...mask, answers: answers[i]! }))],
    ...(finished ? {} : { unfinished: last }),
  };
  await set(key, entry, shelf()).catch(() => undefined);
}

/** Runs of this model that were left before they were done, a person's own items left out: their file is gone. */
export async function unfinishedRuns(fingerprint: string): Promise<Unfinished[]> {
  const all = await entries<string, Entry>(shelf()).catch(() => []);
  return all.flatMap(([, { run, of, masks, unfinished }]) => {
    if (run.fingerprint !== fingerprint || run.task === 'own' || !unfinished) return [];
    const done = masks.find((m) => same(m, { dropped: unfinished }));
    return [
      {
        task: run.task,
        settings: run.settings,
        dropped: unfinished,
        data: run.data,
        done: Object.keys(done?.answers ?? {}).length,
        of,
      },
    ];
  });
}

/** Forgets a run and its answers. */
export const forgetAnswers = (run: Run): Promise<void> => del(keyOf(run), shelf()).catch(() => undefined);
