import { LopperError } from '../errors';
import { type Branch, FULL } from './branch';
import { defaultBudget, planWaves, type WavePlan, type Work } from './budget';
import type { BranchResult, RunOptions, WalkOptions, WalkResult } from './contract';
import { logitsOf, planScores, type ScorePlan, scoreSlots } from './head';
import { distanceKernels } from './kernels/head';
import { padded, type Slots } from './layout';
import type { Machine } from './machine';
import { largestRank, someMerged } from './modules';
import type { Observation, Observed } from './observers/observer';
import { type Rows, rowsFor } from './rows';
import type { TokenTree } from './tree';
import { Watching } from './watching';
import { runPass } from './wave';
import { cutWaves, type Distinct, distinctBranches, stepsOf, type Wave } from './waves';
import { checkContext, uploadRows } from './working-buffers';

/**
 * The one forward pass: goes through the model sublayer by sublayer and carries every branch along. A branch parts from
 * the others at the first sublayer where it differs, so what is common is computed once; each sublayer's weights are
 * visited once for all. Branches for which the memory budget has no room follow in further waves.
 */
export async function walk<const O extends readonly Observation[] = readonly []>(
  m: Machine,
  tree: TokenTree,
  branches: readonly Branch[],
  options: WalkOptions<O> = {},
): Promise<WalkResult<O>> {
  const observe = (options.observe ?? []) as readonly Observation[];
  if (branches.length === 0) return { branches: [], observed: [] as unknown as Observed<O> };
  const { spec } = m;
  const rows = rowsFor(spec, tree);
  checkContext(spec, rows);
  const { until, from } = options;
  const scores = planScores(until === undefined ? tree : unscored(tree));
  const distinct = distinctBranches(options.logitDistance ? [...branches, FULL] : branches);
  const reference = options.logitDistance ? distinct.find((d) => d.branch.key === FULL.key) : undefined;
  const work = {
    rows: { ...rows, keyCount: rows.keys.length, rank: largestRank(branches), merged: someMerged(branches) },
    scored: { rows: scores.rows.length, pairs: scores.place.length, distance: reference !== undefined },
    branches: distinct.length,
    together: from ? distinct.length : observe.some(({ beside }) => beside !== undefined) ? 2 : 1,
    logitRows: options.logitRows?.length ?? 0,
    observers: observe.map(({ observer }) => observer),
  };
  const { memoryBudget, onProgress, signal } = options;
  const budget = memoryBudget ?? defaultBudget(m.gpu.facts.limits);
  const plan = await makeRoom(m, work, budget, memoryBudget !== undefined);
  if (reference) await m.dispatcher.ready(distanceKernels(m.dispatcher));
  const watching = new Watching(m, tree, observe, plan.observed);
  const watched = watching.of(distinct);
  const first = [...new Set([...(reference ? [reference] : []), ...watched])];
  const step = spec.parallel ? 2 : 1;
  const waves = cutWaves(distinct, plan.branches, step, first, watched);
  // Rows that were not watched for want of room: the watched branches go through the model again.
  const again = cutWaves(watched, plan.branches, step, watched, watched);
  const works = [...waves, ...Array.from({ length: watching.passes - 1 }, () => again).flat()].map((wave) =>
    workOf(wave, from?.index, until ?? spec.sublayers.length),
  );
  const total = works.reduce((sum, work) => sum + work, 0);
  let [pass, before] = [0, 0];
  const progress = { signal, onProgress: (f: number) => onProgress?.((before + f * works[pass]!) / total) };
  const passed = () => {
    before += works[pass++]!;
  };
  const job: Job = { m, rows, scores, plan, options, reference, watching };
  const release = await m.modules.hold(branches);
  try {
    uploadRows(m, rows);
    const results: BranchResult[] = new Array(branches.length);
    let slot = 0;
    for (const [w, wave] of waves.entries()) {
      const done = await runWave(job, wave, waves[w + 1], slot, progress);
      slot = done.left;
      for (const [i, { asked }] of wave.distinct.entries()) for (const b of asked) results[b] = done.results[i];
      passed();
    }
    for (let run = 1; run < watching.passes; run++) {
      for (const wave of again) {
        await watchMore(job, wave, run, progress);
        passed();
      }
    }
    onProgress?.(1);
    results.length = branches.length; // without the full model where it was not asked for
    return { branches: results, observed: watching.results() as unknown as Observed<O> };
  } catch (error) {
    m.recorder.discard();
    throw error;
  } finally {
    release();
  }
}

/** Streams that a wave carries through the sublayers, added up, each once for the branches that share it. */
const workOf = ({ distinct, start }: Wave, from: number | undefined, until: number): number =>
  stepsOf(
    distinct.map((d) => d.branch),
    from ?? start,
    until,
    from !== undefined,
  ).reduce((sum, streams) => sum + streams, 0);

/** The tree, with no token to be predicted. */
const unscored = (tree: TokenTree): TokenTree => ({
  ...tree,
  scored: { rows: new Uint32Array(), targets: new Uint32Array() },
});

/** A walk on its way. */
interface Job {
  readonly m: Machine;
  readonly rows: Rows;
  readonly scores: ScorePlan;
  readonly plan: WavePlan;
  readonly options: WalkOptions;
  /** The full model, where logits are compared with its; in the first wave. */
  readonly reference: Distinct | undefined;
  readonly watching: Watching<readonly Observation[]>;
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
  { m, rows, scores, plan, options, reference, watching }: Job,
  { distinct, start }: Wave,
  next: Wave | undefined,
  slot: number,
  progress: RunOptions,
): Promise<{ results: BranchResult[]; left: number }> {
  const { signal } = options;
  const watches = await watching.begin(distinct, 0);
  const begun = begin(m, rows, distinct, options) ?? { start: { index: start, slot: start > 0 ? slot : 0 } };
  const { slots, left } = await runPass(
    m,
    {
      ...{ rows, watches, perChunk: plan.perChunk },
      branches: distinct.map((d) => d.branch),
      ...begun,
      until: options.until,
      leave: next && next.start > 0 ? { index: next.start, branch: next.distinct[0].branch } : undefined,
    },
    progress,
  );
  const from: Slots = { stream: m.scratch.get('stream'), slots, rows: rows.count };
  if (reference && distinct.includes(reference)) {
    const bytes = rows.count * padded(m.spec.width) * 4;
    m.recorder.copy(from.stream, slots[distinct.indexOf(reference)] * bytes, m.scratch.get('reference'), 0, bytes);
  }
  const full = reference && { stream: m.scratch.get('reference'), slots: [0], rows: rows.count };
  const scored = await scoreSlots(m, scores, from, plan.headRows, full, signal);
  const logits = await logitsOf(m, from, options.logitRows ?? [], plan.perRead, signal);
  await watching.end(watches, signal);
  return { results: scored.map((s, i) => ({ ...s, logits: logits[i] })), left };
}

/** Where a pass begins on streams that were given: they are put where its branches find them. Undefined where none were. */
function begin(m: Machine, rows: Rows, distinct: readonly Distinct[], { from }: WalkOptions) {
  if (!from) return undefined;
  const stream = m.scratch.get('stream');
  const bytes = rows.count * padded(m.spec.width) * 4;
  for (const [slot, { asked }] of distinct.entries()) {
    m.gpu.device.queue.writeBuffer(stream.raw, slot * bytes, from.streams[asked[0]!]!);
  }
  return { start: { index: from.index, slot: 0 }, apart: true };
}

/** One more pass of watched branches, for their `run`th run of rows. */
async function watchMore(
  { m, rows, plan, options, watching }: Job,
  { distinct }: Wave,
  run: number,
  progress: RunOptions,
) {
  const watches = await watching.begin(distinct, run);
  const branches = distinct.map((d) => d.branch);
  const { until } = options;
  const begun = begin(m, rows, distinct, options) ?? { start: { index: 0, slot: 0 } };
  await runPass(m, { rows, watches, branches, perChunk: plan.perChunk, ...begun, until }, progress);
  await watching.end(watches, progress.signal);
}
