import { throwIfCancelled } from '../errors';
import type { BranchResult, DropSet, WalkOptions, WalkResult } from './contract';
import type { Slots } from './dispatcher';
import { attn, branchesPerChunk, ffn, type Machine, prepare } from './forward';
import { logitsOf, planScores, scoreSlots } from './head';
import { StatisticsObserver } from './observer';
import { type Rows, treeRows } from './rows';
import type { TokenTree } from './tree';
import { padded } from './weights';

/** Streams of all branches alive at once; more branches are walked in waves. */
const STREAM_BYTES = 256 * 2 ** 20;

/** Branches that are still the same: they share a slot of the stream. */
interface State {
  readonly slot: number;
  readonly members: readonly number[];
  /** Its source slot holds the block's input (parallel residual, attn has run). */
  sourced: boolean;
}

/**
 * The one forward pass: goes through the model sublayer by sublayer and carries every branch along. A branch parts from
 * the others at the first sublayer where it differs, so what is common is computed once; each sublayer's weights are
 * visited once for all.
 */
export async function walk(
  m: Machine,
  tree: TokenTree,
  branches: readonly DropSet[],
  options: WalkOptions = {},
): Promise<WalkResult> {
  const rows = treeRows(tree, m.spec.window);
  const slotBytes = rows.count * padded(m.spec.width) * 4;
  const most = Math.max(
    1,
    Math.floor(Math.min(STREAM_BYTES, m.gpu.facts.limits.maxStorageBufferBindingSize) / slotBytes),
  );
  const distinct = distinctMasks(branches);
  const results: BranchResult[] = new Array(branches.length);
  let statistics: WalkResult['statistics'];
  const waves = Math.ceil(distinct.length / most);
  for (let wave = 0; wave < waves; wave++) {
    const masks = distinct.slice(wave * most, (wave + 1) * most);
    const observe = options.statistics !== undefined && masks.some((d) => d.branches.includes(0));
    const done = await wavePass(
      m,
      tree,
      rows,
      masks.map((d) => d.mask),
      {
        ...options,
        onProgress: (f) => options.onProgress?.((wave + f) / waves),
        observed: observe ? masks.findIndex((d) => d.branches.includes(0)) : -1,
      },
    );
    statistics ??= done.statistics;
    for (const [i, d] of masks.entries()) for (const b of d.branches) results[b] = done.branches[i];
  }
  return { branches: results, statistics };
}

/** Each mask once, in an order in which masks that agree on the lower sublayers are neighbours. */
function distinctMasks(branches: readonly DropSet[]): { mask: DropSet; branches: number[] }[] {
  const byName = new Map<string, { mask: DropSet; branches: number[]; sorted: number[] }>();
  for (const [b, mask] of branches.entries()) {
    const sorted = [...mask].sort((x, y) => x - y);
    const found = byName.get(sorted.join());
    if (found) found.branches.push(b);
    else byName.set(sorted.join(), { mask, branches: [b], sorted });
  }
  // A mask that drops nothing more is last: it parts from the rest latest.
  const compare = (a: number[], b: number[]): number => {
    for (let i = 0; ; i++) {
      const x = a[i] ?? Number.POSITIVE_INFINITY;
      const y = b[i] ?? Number.POSITIVE_INFINITY;
      if (x !== y) return x - y;
      if (x === Number.POSITIVE_INFINITY) return 0;
    }
  };
  return [...byName.values()].sort((a, b) => compare(a.sorted, b.sorted));
}

interface WaveOptions extends WalkOptions {
  /** Index of the mask whose units are measured, or -1. */
  readonly observed: number;
}

async function wavePass(
  m: Machine,
  tree: TokenTree,
  rows: Rows,
  masks: readonly DropSet[],
  options: WaveOptions,
): Promise<WalkResult> {
  const { spec, scratch, recorder, dispatcher } = m;
  const { signal } = options;
  throwIfCancelled(signal);
  const width = padded(spec.width);
  const slotBytes = rows.count * width * 4;
  const perChunk = Math.min(masks.length, branchesPerChunk(rows.count));
  await prepare(m, rows, perChunk);
  await scratch.plan({
    stream: masks.length * slotBytes,
    fork: slotBytes,
    ...(spec.parallel ? { source: masks.length * slotBytes } : {}),
  });
  const stream = scratch.get('stream');
  const source = spec.parallel ? scratch.get('source') : stream;
  const observer = options.observed >= 0 ? await StatisticsObserver.create(m, rows.count) : undefined;

  dispatcher.embed(m.embedding, m.positions, scratch.get('ids'), scratch.get('places'), stream, 0, rows.count);
  let states: State[] = [{ slot: 0, members: masks.map((_, i) => i), sourced: false }];
  let nextSlot = 1;
  // By way of another buffer: WebGPU does not copy within one.
  const copySlot = (from: number, to: number) => {
    recorder.copy(stream, from * slotBytes, scratch.get('fork'), 0, slotBytes);
    recorder.copy(scratch.get('fork'), 0, stream, to * slotBytes, slotBytes);
  };

  for (let index = 0; index < spec.sublayers.length; index++) {
    const isAttn = spec.sublayers[index].kind === 'attn';
    // Part those that drop this sublayer from those that run it.
    const parted: State[] = [];
    for (const state of states) {
      if (isAttn) state.sourced = false;
      const dropping = state.members.filter((b) => masks[b].has(index));
      if (dropping.length === 0 || dropping.length === state.members.length) {
        parted.push(state);
        continue;
      }
      const slot = nextSlot++;
      copySlot(state.slot, slot);
      parted.push(
        { ...state, members: state.members.filter((b) => !masks[b].has(index)) },
        { ...state, slot, members: dropping },
      );
    }
    states = parted;
    const running = states.filter((s) => !masks[s.members[0]].has(index));
    if (running.length > 0) {
      const weights = await m.residency.acquire(index, signal);
      const watched = observer && running.find((s) => s.members.includes(options.observed));
      if (watched) observer.before(index, stream, watched.slot);
      if (spec.parallel && isAttn) {
        for (const s of running) {
          recorder.copy(stream, s.slot * slotBytes, source, s.slot * slotBytes, slotBytes);
          s.sourced = true;
        }
      }
      for (const sourced of [true, false]) {
        const group = running.filter((s) => s.sourced === sourced).map((s) => s.slot);
        for (let i = 0; i < group.length; i += perChunk) {
          const slots = group.slice(i, i + perChunk);
          const from: Slots = { stream: sourced ? source : stream, slots, rows: rows.count };
          const to: Slots = { stream, slots, rows: rows.count };
          if (weights.kind === 'attn') attn(m, weights, rows, from, to);
          else ffn(m, weights, rows, from, to);
          if (recorder.full) await recorder.flush(signal);
        }
      }
      if (watched) observer.after(index, stream, watched.slot);
    }
    options.onProgress?.((index + 1) / (spec.sublayers.length + 1));
  }

  const slotOf: number[] = new Array(masks.length);
  for (const s of states) for (const b of s.members) slotOf[b] = s.slot;
  const scores = await scoreSlots(m, planScores(tree), stream, slotOf, rows.count, signal);
  const logits = await logitsOf(m, stream, slotOf, rows.count, options.logitRows ?? [], signal);
  const statistics = await observer?.result(tree.positions, signal);
  options.onProgress?.(1);
  return { branches: scores.map((s, i) => ({ ...s, logits: logits[i] })), statistics };
}
