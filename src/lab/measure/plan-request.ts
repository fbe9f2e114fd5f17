/** What is wrong with a plan's request, before anything is measured. */
import { LopperError } from '../../errors';
import { formatBudget, savesEnough } from '../../pruning/budgets';
import { type Alternative, savedBy } from '../../pruning/picks';
import type { PlanReport, PlanRequest, TriedPick } from '../contract';

/** Throws `usage` for a request that cannot be met, and for a report to go on from that is of another one. */
export function checkRequest(request: PlanRequest): void {
  const { budgets, recover, seed = 0, resume } = request;
  if (budgets.length === 0) {
    throw new LopperError(
      'usage',
      'A plan without a budget has no end.',
      'Say what is to be saved, or what it may cost.',
    );
  }
  for (const { of, by } of budgets) {
    if (Number.isFinite(by) && by > 0 && (of === 'loss' || by < 1)) continue;
    throw new LopperError(
      'usage',
      `A budget of ${by} for ${of} cannot be met.`,
      'Give a share above 0% and below 100%, or nats above 0.',
    );
  }
  if (recover?.ranks.some((rank) => !Number.isInteger(rank) || rank < 1)) {
    throw new LopperError(
      'usage',
      `Ranks ${recover.ranks.join()} are not possible.`,
      'Give whole numbers of 1 or more.',
    );
  }
  if (!Number.isInteger(seed) || seed < 0) {
    throw new LopperError('usage', `The seed is ${seed}.`, 'Give a whole number of 0 or more.');
  }
  if (!resume) return;
  const { locked = [], free = [] } = request;
  const said = (of: PlanRequest | PlanReport) =>
    JSON.stringify([of.budgets, of.unit, of.locked ?? [], of.free ?? [], of.recover?.ranks ?? 'none', of.seed ?? 0]);
  if (said(resume) === said({ ...request, locked, free })) return;
  throw new LopperError(
    'usage',
    'The plan to go on from is of another request.',
    'Ask for the same budgets, unit, locks, recovery and seed again, or start anew.',
  );
}

/** What was measured before. Throws `usage` where it is of other alternatives. */
export function resumed({ resume }: PlanRequest, alternatives: number): readonly TriedPick[] {
  if (resume?.tried.every(({ pick }) => pick.every((a) => a < alternatives)) ?? true) return resume?.tried ?? [];
  throw new LopperError('usage', 'The plan to go on from is of a model with other units.', 'Start anew.');
}

/** Throws `nothing-to-drop` where all that may go saves too little. */
export function checkPossible({ budgets }: PlanRequest, all: readonly Alternative[]): void {
  const plain = all.filter(({ rank }) => rank === undefined);
  const most = savedBy(
    plain,
    plain.map((_, a) => a),
  );
  for (const budget of budgets) {
    if (budget.of === 'loss' || savesEnough([budget], most)) continue;
    throw new LopperError(
      'nothing-to-drop',
      `All that may go saves ${(100 * most[budget.of]).toFixed(1)}% of ${budget.of}; ${formatBudget(budget)} was asked for.`,
      'Ask for less, unlock some layers, or let other units go.',
    );
  }
}
