/** What the mask in force costs and saves, in one place: the strip above the tabs, the bar on a phone, the presenter. */
import type { Accuracy, PairedDifference } from '../../lab/contract';
import { type Mask, sameMask } from '../../pruning/mask';
import { holdsZero, pairedLoss } from '../../pruning/paired-loss';
import { type Savings, savingsOf } from '../../pruning/savings';
import { evaluationsOf } from './beforehand';
import type { Scored } from './losses';
import { prunedLoss } from './pruned-loss';
import { maskOf, reportOf } from './select';
import type { AppState } from './state';

/**
 * How far the loss can be relied on: computed here, measured beforehand, on its way (`before` is an older mask's), or not
 * to be had.
 */
export type Standing = 'here' | 'beforehand' | 'computing' | 'failed' | 'unmeasured';

/** One task, asked of the full model and, where it was, of this mask. */
export interface Answers {
  readonly task: string;
  readonly full?: Accuracy;
  readonly pruned?: Accuracy;
  readonly difference?: PairedDifference;
}

export interface Verdict {
  readonly mask: Mask;
  readonly standing: Standing;
  readonly full?: Scored;
  /** Of this mask; with nothing dropped the full model's. */
  readonly pruned?: Scored;
  /** Of an older mask, while this one's is on its way. */
  readonly before?: Scored;
  /** Nats per token; absent with nothing dropped. */
  readonly change?: number;
  /** 95%, of the change. */
  readonly interval?: readonly [number, number];
  /** Where the change is that of the first windows, the text being gone through: of how many it has. */
  readonly soFar?: { readonly windows: number; readonly of: number };
  readonly answers: Answers;
  /** Undefined without a model. */
  readonly saved?: Savings;
}

const cache = new WeakMap<AppState, Verdict>();

export function verdictOf(s: AppState): Verdict {
  const found = cache.get(s) ?? find(s);
  cache.set(s, found);
  return found;
}

function find(s: AppState): Verdict {
  const mask = maskOf(s);
  const report = reportOf(s);
  const { full } = s.open;
  const loss = prunedLoss(s);
  const pruned = loss.status === 'current' ? loss.scored : undefined;
  return {
    mask,
    standing: pruned ? (pruned.origin.kind === 'here' ? 'here' : 'beforehand') : STANDING[loss.status],
    full,
    pruned,
    before: loss.status === 'current' ? undefined : loss.before,
    ...(pruned ? full && mask.dropped.length > 0 && lossChange(full, pruned) : firstChange(s, mask)),
    answers: answersOf(s, mask),
    saved: report && savingsOf(mask, report),
  };
}

/** How much larger one loss is than another on the same text; its interval where both are known in parts. */
export const lossChange = (full: Scored, pruned: Scored): Pick<Verdict, 'change' | 'interval'> => ({
  change: pruned.added?.difference ?? pruned.loss - full.loss,
  ...(pruned.added && { interval: pruned.added.interval }),
  ...(full.parts && pruned.parts && { interval: pairedLoss(full.parts, pruned.parts).interval }),
});

/** The same of the first windows. */
function firstChange({ open: { soFar } }: AppState, mask: Mask): Pick<Verdict, 'change' | 'interval' | 'soFar'> {
  if (!soFar || !sameMask(soFar.mask, mask)) return {};
  const { difference, interval, n } = soFar.change;
  return { change: difference, interval, soFar: { windows: n, of: soFar.of } };
}

/** Whether a change of the loss is for the worse or the better; neither where it may be chance. */
export const judgeLoss = ({
  change,
  interval,
}: Pick<Verdict, 'change' | 'interval'>): 'worse' | 'better' | undefined =>
  change === undefined || Math.abs(change) < 5e-5 || (interval && holdsZero(interval))
    ? undefined
    : change > 0
      ? 'worse'
      : 'better';

const STANDING = { current: 'here', computing: 'computing', failed: 'failed', unavailable: 'unmeasured' } as const;

/** The tasks that a mask is judged by, the most telling first: a model may keep its language and lose its answers. */
const TELLING = ['school_letters', 'school', 'school_math'];

function answersOf(s: AppState, mask: Mask): Answers {
  const evaluations = evaluationsOf(s);
  const measured = Object.keys(evaluations).filter((name) => evaluations[name]!.report.results.length > 0);
  const asked = (name: string) => {
    const other = evaluations[name]?.masks[1];
    return other !== undefined && sameMask(other, mask);
  };
  const names = [...TELLING, ...measured];
  const task = names.find(asked) ?? names.find((name) => measured.includes(name)) ?? TELLING[0]!;
  const report = evaluations[task]?.report;
  return {
    task,
    full: report?.results[0],
    ...(mask.dropped.length > 0 && asked(task) && { pruned: report?.results[1], difference: report?.difference }),
  };
}
