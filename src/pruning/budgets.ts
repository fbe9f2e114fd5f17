/** What a plan has to save, and what it may cost. Pure. */
import { LopperError } from '../errors';
import { type Sublayer, sublayerIndex } from '../model/units';
import type { SublayerSizes } from './savings';

/** What may be saved, each a share of the full model's. */
export const SAVED = ['params', 'kv', 'time', 'memory'] as const;
export type Saved = (typeof SAVED)[number];

/** So much of one thing at least; or, of the loss, so much more at most. */
export interface Budget {
  readonly of: Saved | 'loss';
  /** A share to be saved, 0 to 1; of the loss, nats a token that it may rise. */
  readonly by: number;
}

/** Shares that something saves, 0 to 1 each; below 0 where what stands in takes more than what is gone. */
export type Shares = Readonly<Record<Saved, number>>;

export const NOTHING_SAVED: Shares = { params: 0, kv: 0, time: 0, memory: 0 };

/** What a model's parts weigh. */
export interface PlanSizes extends SublayerSizes {
  readonly vocabulary: number;
  readonly width: number;
  /** Tokens. */
  readonly context: number;
  readonly weightBytes: number;
}

/** Milliseconds of a pass: whole, without any attention, without any feed-forward layer. */
export interface MeasuredTime {
  readonly full: number;
  readonly withoutAttn: number;
  readonly withoutFfn: number;
}

/** What is saved without each sublayer, by its index, and what one number of a module in its place takes of that. */
export interface Weights {
  readonly sublayers: readonly Shares[];
  readonly number: Shares;
}

/**
 * Parameters as they are; of the cache every attention has the same; memory is the weights as they are stored and the cache
 * of a whole context. Time is counted, a multiplication for each parameter that a token meets, the head's among them; or
 * measured for all attention and all feed-forward layers, and shared out within each by parameters.
 */
export function weightsOf(sizes: PlanSizes, time?: MeasuredTime): Weights {
  const { attnParameters, ffnParameters, parameters, weightBytes, kvBytesPerTokenPerBlock, context } = sizes;
  const blocks = attnParameters.length;
  const bytes = weightBytes / parameters;
  const cache = kvBytesPerTokenPerBlock * context;
  const memory = weightBytes + blocks * cache;
  const [attn, ffn] = [attnParameters, ffnParameters].map((all) => all.reduce((sum, n) => sum + n, 0)) as [
    number,
    number,
  ];
  const counted = attn + ffn + sizes.vocabulary * sizes.width;
  const perParameter = (less: number | undefined, all: number) =>
    time ? Math.max(0, time.full - less!) / time.full / all : 1 / counted;
  const rates = { attn: perParameter(time?.withoutAttn, attn), ffn: perParameter(time?.withoutFfn, ffn) };
  const sublayers = Array.from({ length: 2 * blocks }, (_, index): Shares => {
    const kind = index % 2 === 0 ? 'attn' : 'ffn';
    const own = (kind === 'attn' ? attnParameters : ffnParameters)[index >> 1]!;
    const [kv, kept] = kind === 'attn' ? [1 / blocks, cache] : [0, 0];
    return { params: own / parameters, kv, time: own * rates[kind], memory: (own * bytes + kept) / memory };
  });
  // A module is a thin matrix or two, read as a feed-forward layer's are.
  return { sublayers, number: { params: 1 / parameters, kv: 0, time: rates.ffn, memory: 4 / memory } };
}

/** What goes with some sublayers, `numbers` of modules standing in. */
export function sharesOf(weights: Weights, dropped: readonly Sublayer[], numbers = 0): Shares {
  const all = dropped.map((s) => weights.sublayers[sublayerIndex(s)]!);
  return sharesBy((of) => all.reduce((sum, one) => sum + one[of], 0) - numbers * weights.number[of]);
}

export const addShares = (a: Shares, b: Shares): Shares => sharesBy((of) => a[of] + b[of]);

const sharesBy = (value: (of: Saved) => number): Shares =>
  Object.fromEntries(SAVED.map((of) => [of, value(of)])) as unknown as Shares;

/** Shares met but for rounding are met. */
const ROUNDING = 1e-9;

/** Whether so much is saved, whatever it costs. */
export const savesEnough = (budgets: readonly Budget[], saved: Shares): boolean =>
  budgets.every(({ of, by }) => of === 'loss' || saved[of] >= by - ROUNDING);

/** What the loss may rise at most, nats a token; infinite where nothing is said of it. */
export const mostLoss = (budgets: readonly Budget[]): number =>
  Math.min(...budgets.map(({ of, by }) => (of === 'loss' ? by : Number.POSITIVE_INFINITY)));

/** Whether a mask is within all budgets. */
export const isWithin = (budgets: readonly Budget[], saved: Shares, added: number): boolean =>
  savesEnough(budgets, saved) && added <= mostLoss(budgets);

/** What is saved: the first budget's, or parameters where only the loss is bounded. */
export const savedFirst = (budgets: readonly Budget[]): Saved =>
  budgets.map(({ of }) => of).find((of) => of !== 'loss') ?? 'params';

/** Whether there is something to be saved, or the most that so much loss buys is asked for. */
export const asksToSave = (budgets: readonly Budget[]): boolean => budgets.some(({ of }) => of !== 'loss');

/** "params=-20%", "kv=-0.33", "loss=+0.05". Throws `usage`. */
export function parseBudget(text: string): Budget {
  const [, of = '', sign, number, percent] = /^\s*([a-z]+)\s*=\s*([+-]?)(\d+(?:\.\d+)?|\.\d+)(%?)\s*$/.exec(text) ?? [];
  const names: readonly string[] = SAVED;
  const value = Number(number) / (percent ? 100 : 1);
  if (of === 'loss' && sign !== '-' && !percent && Number.isFinite(value)) return { of, by: value };
  if (names.includes(of) && sign !== '+' && value > 0 && value < 1) return { of: of as Saved, by: value };
  throw new LopperError(
    'usage',
    `"${text}" is no budget.`,
    `Write ${SAVED.join(', ')} with the share to be saved, params=-20%, or loss with the nats it may rise, loss=+0.05.`,
  );
}

/** As it is written on the command line. */
export const formatBudget = ({ of, by }: Budget): string =>
  of === 'loss' ? `loss=+${by}` : `${of}=-${Number((100 * by).toPrecision(12))}%`;
