import type { Dtype } from '../../formats/dtypes';
import type { Buffer } from '../../gpu/gpu';
import { at, type Branch } from '../branch';
import type { RunOptions } from '../contract';
import { planScores } from '../head';
import { activationBackwardKernels } from '../kernels/activation-backward';
import { attentionBackwardKernels } from '../kernels/attention-backward';
import { divergenceKernels, likelihoodKernels } from '../kernels/head-backward';
import { manyRowKernels } from '../kernels/linear';
import { linearBackwardKernels } from '../kernels/linear-backward';
import { takingKernels } from '../kernels/module';
import { normBackwardKernels } from '../kernels/norm-backward';
import { clear, clearKernels, pull, pullKernels } from '../kernels/stream-backward';
import { padded } from '../layout';
import type { Machine } from '../machine';
import { largestRank } from '../modules';
import { type Rows, rowsFor } from '../rows';
import type { TokenTree } from '../tree';
import { runPass } from '../wave';
import { checkContext, rowBuffers, uploadRows } from '../working-buffers';
import type { GradientOptions, Gradients, Objective, Sink, StreamAt } from './contract';
import { headBackward, scoredTokens, weigh } from './head';
import { makeRoom } from './room';
import { blockStart, type Kept, keepStreams, planKept } from './streams';
import { throughSublayer } from './sublayer';

/**
 * The walk of one branch in reverse. Forward it keeps the stream before every sublayer from the lowest one asked for on;
 * then the gradient of the loss comes down from the head, sublayer by sublayer, and the sink is told of each. What else a
 * sublayer computed is computed again on the way. Weights are frozen. Throws `out-of-memory` with the window that fits,
 * `prompt-too-long`, `cancelled`, and what a module that does not fit throws.
 */
export async function gradients(
  m: Machine,
  tree: TokenTree,
  branch: Branch,
  objective: Objective,
  sink: Sink,
  options: GradientOptions = {},
): Promise<Gradients> {
  const { spec, scratch } = m;
  const { lowest = 0, from, teacher, signal, onProgress } = options;
  const last = spec.sublayers.length;
  const rows = rowsFor(spec, tree);
  checkContext(spec, rows);
  const plan = planScores(tree);
  const stream = objective.kind === 'stream' ? objective.sublayers : undefined;
  const compared = stream?.map((index) => index + 1) ?? (objective.kind === 'kl' && !teacher ? [last] : []);
  const kept = planKept(branch, lowest, last, compared);
  const release = await m.modules.hold([branch]);
  try {
    await m.dispatcher.ready(kernelsFor(m, branch, objective));
    const headRows = await makeRoom(
      m,
      {
        rows: { ...rows, keyCount: rows.keys.length, rank: largestRank([branch]) },
        scored: stream
          ? { rows: 0, pairs: 0, distance: false }
          : { rows: plan.rows.length, pairs: plan.place.length, distance: objective.kind === 'kl' },
        kept: [...new Set([...kept.own.values(), ...kept.full.values()])],
        beside: kept.full.size > 0,
        pulled: stream?.length ?? 0,
        sink: sink.buffers,
      },
      options.memoryBudget,
    );
    uploadRows(m, rows);
    const forward = { signal, onProgress: (f: number) => onProgress?.(f / 3) };
    await keepStreams(m, rows, branch, kept, from, forward);
    const gradient = scratch.get('gradient');
    clear(m.dispatcher, { rows: rows.count, width: spec.width }, gradient);
    const tokens = options.tokens ?? (stream ? rows.count : scoredTokens(tree));
    let loss: (signal?: AbortSignal) => Promise<number>;
    if (objective.kind === 'stream') {
      loss = (signal) => readPulls(m, objective.sublayers.length * rows.count, signal);
    } else {
      const full = objective.kind === 'kl' ? (teacher ?? scratch.get(kept.full.get(last)!)) : undefined;
      const own = scratch.get(kept.own.get(last)!);
      const weights = weigh(tree, plan, tokens);
      const wanted = lowest < last ? gradient : undefined;
      loss = await headBackward(m, plan, weights, objective, own, full, wanted, headRows, signal);
    }
    const pulled = (index: number) => stream?.indexOf(index) ?? -1;
    const back = { signal, onProgress: (f: number) => onProgress?.((1 + 2 * f) / 3) };
    await descend(m, rows, branch, kept, lowest, sink, back, (index, into) => {
      if (pulled(index) < 0) return;
      const [after, full] = [scratch.get(kept.own.get(index + 1)!), scratch.get(kept.full.get(index + 1)!)];
      const scale = 1 / (spec.width * tokens);
      const of = { rows: rows.count, width: spec.width };
      const first = pulled(index) * rows.count;
      for (const gradient of into) {
        pull(m.dispatcher, of, { gradient, after, full }, scale, scratch.get('pulls'), first);
      }
    });
    const result = { loss: await loss(signal) };
    onProgress?.(1);
    return result;
  } catch (error) {
    m.recorder.discard();
    throw error;
  } finally {
    release();
  }
}

/**
 * From the last sublayer down to the lowest. In a parallel block both sublayers read what the block reads: what they add
 * to its gradient is collected, and joins below the block.
 * @param pulls adds to the gradients behind a sublayer what the loss itself has there
 */
async function descend(
  m: Machine,
  rows: Rows,
  branch: Branch,
  kept: Kept,
  lowest: number,
  sink: Sink,
  { signal, onProgress }: RunOptions,
  pulls: (index: number, into: readonly Buffer[]) => void,
): Promise<void> {
  const { spec, scratch, recorder } = m;
  const gradient = scratch.get('gradient');
  const into = spec.parallel ? scratch.get('block gradient') : gradient;
  const bytes = rows.count * padded(spec.width) * 4;
  const stream = (index: number) => scratch.get(kept.own.get(index)!);
  const last = spec.sublayers.length - 1;
  const below = (index: number) => {
    for (let next = index - 1; next > lowest; next--) if (at(branch, next) === 'run') return next;
    return undefined;
  };
  for (let index = last; index >= lowest; index--) {
    const isFirst = index === blockStart(index);
    pulls(index, spec.parallel && isFirst ? [gradient, into] : [gradient]);
    if (spec.parallel && !isFirst) recorder.copy(gradient, 0, into, 0, bytes);
    const block = stream(blockStart(index));
    const input = spec.parallel ? block : stream(index);
    const step = at(branch, index);
    const [before, after] = [stream(index), stream(index + 1)];
    sink.at({ index, step, rows: rows.count, gradient, input, before, after, block });
    if (index > lowest) {
      await throughSublayer(m, index, step, rows, { input, gradient, into }, below(index), signal);
      if (spec.parallel && isFirst) recorder.copy(into, 0, gradient, 0, bytes);
    }
    if (recorder.full) await recorder.flush(signal);
    onProgress?.((last + 1 - index) / (last + 2 - lowest));
  }
}

async function readPulls(m: Machine, count: number, signal?: AbortSignal): Promise<number> {
  const [bytes] = await m.recorder.read([{ buffer: m.scratch.get('pulls'), offset: 0, bytes: 4 * count }], signal);
  return new Float32Array(bytes!).reduce((sum, v) => sum + v, 0);
}

function kernelsFor(m: Machine, branch: Branch, objective: Objective) {
  const { dispatcher: d, spec, types } = m;
  const dtypes = new Set<Dtype>(types.products.map(({ dtype }) => dtype));
  if (largestRank([branch]) > 0) dtypes.add('F32');
  return [
    ...manyRowKernels(
      d,
      Array.from(dtypes, (dtype) => ({ dtype, epilogue: 'store' as const })),
    ),
    ...linearBackwardKernels(d, dtypes),
    ...normBackwardKernels(d, spec.finalNorm.kind === 'layer'),
    ...attentionBackwardKernels(d, spec),
    ...activationBackwardKernels(spec.activation),
    ...clearKernels(),
    ...(objective.kind === 'sft' ? likelihoodKernels() : []),
    ...(objective.kind === 'kl' ? [...divergenceKernels(d), ...takingKernels()] : []),
    ...(objective.kind === 'stream' ? pullKernels(d) : []),
  ];
}

/**
 * Walks a branch up to sublayer `index`, or to behind the last, and puts the stream there into a buffer [rows, padded
 * width]: what `gradients` takes as `from` and, of the full model, as `teacher`. `from`: where it was kept before.
 */
export async function streamBefore(
  m: Machine,
  tree: TokenTree,
  branch: Branch,
  index: number,
  into: Buffer,
  { from, ...options }: RunOptions & { readonly from?: StreamAt } = {},
): Promise<void> {
  const { spec, scratch } = m;
  const rows = rowsFor(spec, tree);
  checkContext(spec, rows);
  const bytes = rows.count * padded(spec.width) * 4;
  const shape = { ...rows, keyCount: rows.keys.length, rank: largestRank([branch]) };
  const release = await m.modules.hold([branch]);
  try {
    const buffers = rowBuffers(spec, m.gpu.facts.limits.maxStorageBufferBindingSize, shape, 1);
    await scratch.plan({ ...buffers, stream: bytes, ...(spec.parallel && { source: bytes }) });
    uploadRows(m, rows);
    if (from) m.recorder.copy(from.stream, 0, scratch.get('stream'), 0, bytes);
    const start = { index: from?.index ?? 0, slot: 0 };
    await runPass(m, { rows, branches: [branch], perChunk: 1, start, watches: [], until: index }, options);
    m.recorder.copy(scratch.get('stream'), 0, into, 0, bytes);
    await m.recorder.flush(options.signal);
  } catch (error) {
    m.recorder.discard();
    throw error;
  } finally {
    release();
  }
}
