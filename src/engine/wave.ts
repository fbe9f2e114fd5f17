import { throwIfCancelled } from '../errors';
import type { DropSet, RunOptions } from './contract';
import { attn, embedRows, ffn, type Machine } from './forward';
import { padded, type Slots } from './layout';
import type { Observer } from './observer';
import type { Rows } from './rows';

/** Branches that are still the same: they share a slot of the stream. */
interface State {
  readonly slot: number;
  readonly members: readonly number[];
  /** Its source slot holds the block's input (parallel residual, attn has run). */
  sourced: boolean;
}

/** What goes through the sublayers together. The stream has a slot for each mask, and one more if something is left. */
export interface Pass {
  readonly rows: Rows;
  readonly masks: readonly DropSet[];
  /** Branches that go through a sublayer in one go. */
  readonly perChunk: number;
  /** The sublayer it begins with, and the slot that holds what has passed those below; 0: the embedding goes there. */
  readonly start: { readonly index: number; readonly slot: number };
  /** The stream of a mask before a sublayer, to be left for another pass. */
  readonly leave?: { readonly index: number; readonly mask: DropSet };
  /** What one of the masks does to the stream is measured. */
  readonly watch?: { readonly observer: Observer; readonly mask: number };
}

/** Runs the sublayers. Returns each mask's slot of the stream, and the slot of what is left. */
export async function runPass(
  m: Machine,
  { rows, masks, perChunk, start, leave, watch }: Pass,
  { signal, onProgress }: RunOptions,
): Promise<{ slots: number[]; left: number }> {
  throwIfCancelled(signal);
  const { spec, scratch, recorder } = m;
  const stream = scratch.get('stream');
  const source = spec.parallel ? scratch.get('source') : stream;
  const slotBytes = rows.count * padded(spec.width) * 4;
  const free = Array.from({ length: masks.length + (leave ? 1 : 0) }, (_, slot) => slot).filter(
    (slot) => slot !== start.slot,
  );
  // By way of a working buffer: WebGPU does not copy within one.
  const copySlot = (from: number, to: number) => {
    recorder.copy(stream, from * slotBytes, scratch.get('x'), 0, slotBytes);
    recorder.copy(scratch.get('x'), 0, stream, to * slotBytes, slotBytes);
  };

  if (start.index === 0) {
    const at = start.slot * rows.count;
    embedRows(m, rows.count, stream, at);
  }
  const all = leave ? [...masks, leave.mask] : masks;
  let states: State[] = [{ slot: start.slot, members: [...all.keys()], sourced: false }];
  let left = 0;
  for (let index = start.index; index < spec.sublayers.length; index++) {
    const isAttn = spec.sublayers[index].kind === 'attn';
    if (leave?.index === index) ({ states, left } = setAside(states, masks.length, free, copySlot));
    // Part those that drop this sublayer from those that run it.
    const parted: State[] = [];
    for (const state of states) {
      if (isAttn) state.sourced = false;
      const dropping = state.members.filter((b) => all[b].has(index));
      if (dropping.length === 0 || dropping.length === state.members.length) {
        parted.push(state);
        continue;
      }
      const slot = free.shift()!;
      copySlot(state.slot, slot);
      parted.push(
        { ...state, members: state.members.filter((b) => !all[b].has(index)) },
        { ...state, slot, members: dropping },
      );
    }
    states = parted;
    const watched = watch && states.find((s) => s.members.includes(watch.mask))!;
    if (watched) watch.observer.before(index, stream, watched.slot);
    const running = states.filter((s) => !all[s.members[0]].has(index));
    if (running.length > 0) {
      const weights = await m.residency.acquire(index, signal);
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
    }
    if (watched) watch.observer.after(index, stream, watched.slot);
    onProgress?.((index + 1 - start.index) / (spec.sublayers.length + 1 - start.index));
  }
  return { slots: masks.map((_, b) => states.find((s) => s.members.includes(b))!.slot), left };
}

/** Takes one member out of the states; its stream stays, in a slot that is its own. */
function setAside(
  states: readonly State[],
  member: number,
  free: number[],
  copySlot: (from: number, to: number) => void,
): { states: State[]; left: number } {
  const state = states.find((s) => s.members.includes(member))!;
  const others = states.filter((s) => s !== state);
  if (state.members.length === 1) return { states: others, left: state.slot };
  const left = free.shift()!;
  copySlot(state.slot, left);
  return { states: [...others, { ...state, members: state.members.filter((b) => b !== member) }], left };
}
