import { LopperError } from '../errors';
import { type Branch, FULL } from './branch';
import { defaultBudget, planWaves, type WavePlan, type Work } from './budget';
import type { BranchResult, WalkOptions, WalkResult, WalkStatistics } from './contract';
import { logitsOf, planScores, type ScorePlan, scoreSlots } from './head';
import { distanceKernels } from './kernels/head';
import { padded, type Slots } from './layout';
import type { Machine } from './machine';
import { Observer } from './observer';
import { type Rows, treeRows } from './rows';
import { mergeStatistics } from './statistics';
import type { TokenTree } from './tree';
import { runPass } from './wave';
import { cutWaves, type Distinct, distinctBranches, type Wave } from './waves';
import { checkContext, uploadRows } from './working-buffers';

/**
 * The one forward pass: goes through the model sublayer by sublayer and carries every branch along. A branch parts from
 * the others at the first sublayer where it differs, so what is common is computed once; each sublayer's weights are
 * visited once for all. Branches for which the memory budget has no room follow in further waves.
 */
export async function walk(
  m: Machine,
  tree: TokenTree,
  branches: readonly Branch[],
  options: WalkOptions = {},
): Promise<WalkResult> {
  if (branches.length === 0) return { branches: [] };
  const { spec } = m;
  const rows = treeRows(tree, spec.window);
  checkContext(spec, rows);
  const scores = planScores(tree);
  const distinct = distinctBranches(options.logitDistance ? [...branches, FULL] : branches);
  const reference = options.logitDistance ? distinct.find((d) => d.branch.key === FULL.key) : undefined;
  const observed = options.statistics || options.angles ? distinct.find((d) => d.asked.includes(0)) : undefined;
  const first = [...new Set([reference, observed])].filter((d) => d !== undefined);
  const work = {
    rows: { ...rows, keyCount: rows.keys.length },
    scored: { rows: scores.rows.length, pairs: scores.place.length, distance: reference !== undefined },
    branches: distinct.length,
    together: first.length,
    logitRows: options.logitRows?.length ?? 0,
    statistics: options.statistics,
    angles: options.angles,
  };
  const { memoryBudget } = options;
  const budget = memoryBudget ?? defaultBudget(m.gpu.facts.limits);
  const plan = await makeRoom(m, work, budget, memoryBudget !== undefined);
  if (reference) await m.dispatcher.ready(distanceKernels(m.dispatcher));
  const release = await m.modules.hold(branches);
  const waves = cutWaves(distinct, plan.branches, first, spec.parallel ? 2 : 1);
  const job: Job = { m, tree, rows, scores, plan, options, reference, observed };
  try {
    uploadRows(m, rows);
    const results: BranchResult[] = new Array(branches.length);
    const measured: WalkStatistics[] = [];
    const passes = waves.length + (observed ? Math.ceil(rows.count / plan.observed) - 1 : 0);
    const progressOf = (pass: number) => (f: number) => options.onProgress?.((pass + f) / passes);
    let slot = 0;
    for (const [w, wave] of waves.entries()) {
      const done = await runWave(job, wave, waves[w + 1], slot, progressOf(w));
      slot = done.left;
      if (done.statistics) measured.push(done.statistics);
      for (const [i, { asked }] of wave.distinct.entries()) for (const b of asked) results[b] = done.results[i];
    }
    for (let pass = waves.length; pass < passes; pass++) {
      measured.push(await measureMore(job, measured.length * plan.observed, progressOf(pass)));
    }
    options.onProgress?.(1);
    results.length = branches.length; // without the full model where it was not asked for
    return { branches: results, ...(observed && { statistics: mergeStatistics(measured) }) };
  } catch (error) {
    m.recorder.discard();
    throw error;
  } finally {
    release();
  }
}

/** A walk on its way. */
interface Job {
  readonly m: Machine;
  readonly tree: TokenTree;
  readonly rows: Rows;
  readonly scores: ScorePlan;
  readonly plan: WavePlan;
  readonly options: WalkOptions;
  /** The full model, where logits are compared with its; and the branch whose units are measured. Both in the first wave. */
  readonly reference: Distinct | undefined;
  readonly observed: Distinct | undefined;
}

/** Cuts the walk to fit its budget and allocates what it needs; where the GPU has not even that, with half as much. */
async function makeRoom(m: Machine, work: Work, budget: number, strict: boolean): Promise<WavePlan> {
  const limit = m.gpu.facts.limits.maxStorageBufferBindingSize;
  const plan = planWaves(m.spec, limit, work, budget, strict);
  m.scratch.trim(plan.buffers, Math.max(budget, plan.bytes));
  try {
    await m.scratch.plan(plan.buffers);
    return plan;
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'out-of-memory') throw error;
    const less = plan.bytes / 2;
    if (planWaves(m.spec, limit, work, less, false).bytes === plan.bytes) throw error;
    return makeRoom(m, work, less, false);
  }
}

async function runWave(
  { m, tree, rows, scores, plan, options, reference, observed }: Job,
  { distinct, start }: Wave,
  next: Wave | undefined,
  slot: number,
  onProgress: (fraction: number) => void,
): Promise<{ results: BranchResult[]; statistics?: WalkStatistics; left: number }> {
  const { signal } = options;
  const branch = observed ? distinct.indexOf(observed) : -1;
  const observer = branch >= 0 ? await observerOf(m, rows, plan, options, 0) : undefined;
  const { slots, left } = await runPass(
    m,
    {
      rows,
      branches: distinct.map((d) => d.branch),
      perChunk: plan.perChunk,
      start: { index: start, slot: start > 0 ? slot : 0 },
      leave: next && next.start > 0 ? { index: next.start, branch: next.distinct[0].branch } : undefined,
      watch: observer && { observer, branch },
    },
    { signal, onProgress },
  );
  const from: Slots = { stream: m.scratch.get('stream'), slots, rows: rows.count };
  if (reference && distinct.includes(reference)) {
    const bytes = rows.count * padded(m.spec.width) * 4;
    m.recorder.copy(from.stream, slots[distinct.indexOf(reference)] * bytes, m.scratch.get('reference'), 0, bytes);
  }
  const full = reference && { stream: m.scratch.get('reference'), slots: [0], rows: rows.count };
  const scored = await scoreSlots(m, scores, from, plan.headRows, full, signal);
  const logits = await logitsOf(m, from, options.logitRows ?? [], plan.perRead, signal);
  const statistics = await observer?.result(tree.positions, signal);
  return { results: scored.map((s, i) => ({ ...s, logits: logits[i] })), statistics, left };
}

/** One more pass of the observed branch, for rows that found no room in the passes before. */
async function measureMore(
  { m, tree, rows, plan, options, observed }: Job,
  first: number,
  onProgress: (fraction: number) => void,
): Promise<WalkStatistics> {
  const observer = await observerOf(m, rows, plan, options, first);
  const pass = {
    rows,
    branches: [observed!.branch],
    perChunk: 1,
    start: { index: 0, slot: 0 },
    watch: { observer, branch: 0 },
  };
  await runPass(m, pass, { signal: options.signal, onProgress });
  return observer.result(tree.positions, options.signal);
}

function observerOf(m: Machine, rows: Rows, plan: WavePlan, { statistics, angles }: WalkOptions, first: number) {
  const end = Math.min(first + plan.observed, rows.count);
  return Observer.create(m, { statistics, angles, first, end }, rows.count);
}
