/** The shape of a plan as JSON. */
import * as v from 'valibot';
import { UNIT_NAMES } from '../../model/units';
import { SAVED } from '../../pruning/budgets';
import { METRIC_NAMES } from '../../pruning/metrics';
import type { PlanReport } from '../contract';
import { count, interval, number, sublayers } from './result-schemas';

const shares = v.object({ params: number, kv: number, time: number, memory: number });
const pick = v.array(count);
const way = v.object({
  by: v.picklist(['programme', 'one-shot', 'iterative', 'span', 'greedy', 'every', 'swaps', 'refit']),
  metric: v.optional(v.picklist(METRIC_NAMES)),
});
const point = v.object({
  ways: v.array(way),
  pick,
  dropped: sublayers,
  modules: v.optional(v.array(v.object({ unit: sublayers, rank: count }))),
  saved: shares,
  chosen: number,
  loss: number,
  added: v.optional(interval),
  sum: number,
});

export const planReport: v.GenericSchema<unknown, PlanReport> = v.object({
  budgets: v.array(v.object({ of: v.picklist([...SAVED, 'loss']), by: v.number() })),
  unit: v.picklist(UNIT_NAMES),
  locked: v.optional(sublayers),
  free: v.optional(sublayers),
  recover: v.optional(v.object({ ranks: v.array(count) })),
  seed: count,
  time: v.optional(v.object({ full: number, withoutAttn: number, withoutFfn: number })),
  points: v.array(point),
  best: v.optional(count),
  within: v.boolean(),
  rivals: v.array(v.object({ way, point: count, more: number, interval })),
  tokens: count,
  judged: v.optional(v.object({ on: v.picklist(['odd windows', 'another text']), chosenOn: count })),
  work: v.object({ masks: count, passes: v.number(), alone: v.number() }),
  tried: v.array(v.object({ pick, loss: v.optional(number), first: v.optional(number) })),
  notes: v.array(v.string()),
  partial: v.boolean(),
});
