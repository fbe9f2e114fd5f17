import { throwIfCancelled } from '../errors';
import { at, type Branch, nextRun, type Step, stepKey } from './branch';
import type { RunOptions } from './contract';
import { padded } from './layout';
import type { Machine } from './machine';
import type { Watch } from './observers/observer';
import type { Rows } from './rows';
import { type Carried, runSublayer } from './sublayer';
import { stepsOf } from './waves';
import { embedRows } from './working-buffers';

/** Branches that are still the same: they share a slot of the stream. */
interface State extends Carried {
  readonly members: readonly number[];
}

/** A watch on one of a pass's branches, the one beside it where there is one, and the first of a slot's rows that it looks at. */
export interface PassWatch {
  readonly watch: Watch<unknown>;
  readonly branch: number;
  readonly beside?: number;
  readonly first: number;
  /** Its place in the list of observations. */
  readonly observation: number;
}

/** What goes through the sublayers together. The stream has a slot for each branch, and one more if something is left. */
export interface Pass {
  readonly rows: Rows;
  readonly branches: readonly Branch[];
  /** Branches that go through a sublayer in one go. */
  readonly perChunk: number;
  /** The sublayer it begins with, and the slot that holds what has passed those below; 0: the embedding goes there. */
  readonly start: { readonly index: number; readonly slot: number };
  /** Each branch begins with a slot of its own, in which its stream is already. */
  readonly apart?: boolean;
  /** The stream of a branch before a sublayer, to be left for another pass. */
  readonly leave?: { readonly index: number; readonly branch: Branch };
  readonly watches: readonly PassWatch[];
  /** The sublayer before which it ends; default: all run. */
  readonly until?: number;
}

/** Runs the sublayers. Returns each branch's slot of the stream, and the slot of what is left. */
export async function runPass(
  m: Machine,
  { rows, branches, perChunk, start, apart = false, leave, watches, until = m.spec.sublayers.length }: Pass,
  { signal, onProgress }: RunOptions,
): Promise<{ slots: number[]; left: number }> {
  throwIfCancelled(signal);
  const { scratch } = m;
  const stream = scratch.get('stream');
  const free = Array.from({ length: branches.length + (leave ? 1 : 0) }, (_, slot) => slot).filter(
    (slot) => !apart && slot !== start.slot,
  );
  const all = leave ? [...branches, leave.branch] : branches;
  if (start.index === 0 && !apart) {
    const first = start.slot * rows.count;
    embedRows(m, rows.count, stream, first);
  }
  let states: State[] = apart
    ? branches.map((_, slot) => ({ slot, members: [slot], sourced: false }))
    : [{ slot: start.slot, members: [...all.keys()], sourced: false }];
  let left = 0;
  const work = onProgress ? stepsOf(branches, start.index, until, apart) : [];
  const total = work.reduce((sum, streams) => sum + streams, 0);
  let done = 0;
  for (let index = start.index; index < until; index++) {
    if (leave?.index === index) ({ states, left } = setAside(m, rows, states, branches.length, free));
    const steps = new Map<string, { step: Step; states: State[] }>();
    const parted: State[] = [];
    for (const state of states) {
      for (const { step, own } of part(m, rows, state, index, all, free)) {
        parted.push(own);
        const same = steps.get(stepKey(step)) ?? { step, states: [] };
        steps.set(stepKey(step), same);
        same.states.push(own);
      }
    }
    states = parted;
    const seen = watches.map(({ watch, branch, beside, first }) => {
      const rowOf = (member: number) => states.find((s) => s.members.includes(member))!.slot * rows.count + first;
      return { watch, first: rowOf(branch), beside: beside === undefined ? undefined : rowOf(beside) };
    });
    for (const { watch, first, beside } of seen) watch.before(index, stream, first, beside);
    const next = nextRun(branches, index, until);
    for (const { step, states } of steps.values()) {
      await runSublayer(m, index, step, rows, states, { perChunk, next, signal });
    }
    for (const { watch, first, beside } of seen) watch.after(index, stream, first, beside);
    done += work[index - start.index] ?? 0;
    onProgress?.(done / total);
  }
  return { slots: branches.map((_, b) => states.find((s) => s.members.includes(b))!.slot), left };
}

/** Parts the branches that make something else of sublayer `index`; those that run it keep the slot. */
function part(m: Machine, rows: Rows, state: State, index: number, all: readonly Branch[], free: number[]) {
  const steps = new Map<string, { step: Step; members: number[] }>();
  for (const member of state.members) {
    const step = at(all[member], index);
    const same = steps.get(stepKey(step));
    if (same) same.members.push(member);
    else steps.set(stepKey(step), { step, members: [member] });
  }
  const runFirst = [...steps.values()].sort((a, b) => Number(b.step === 'run') - Number(a.step === 'run'));
  return runFirst.map(({ step, members }, i) => {
    if (i === 0) return { step, own: members.length === state.members.length ? state : { ...state, members } };
    const slot = free.shift()!;
    copySlot(m, rows, 'stream', state.slot, slot);
    // A module in the place of a parallel block's second sublayer reads what the block read.
    if (state.sourced && typeof step !== 'string') copySlot(m, rows, 'source', state.slot, slot);
    return { step, own: { ...state, slot, members } };
  });
}

/** Takes one member out of the states; its stream stays, in a slot that is its own. */
function setAside(
  m: Machine,
  rows: Rows,
  states: readonly State[],
  member: number,
  free: number[],
): { states: State[]; left: number } {
  const state = states.find((s) => s.members.includes(member))!;
  const others = states.filter((s) => s !== state);
  if (state.members.length === 1) return { states: others, left: state.slot };
  const left = free.shift()!;
  copySlot(m, rows, 'stream', state.slot, left);
  return { states: [...others, { ...state, members: state.members.filter((b) => b !== member) }], left };
}

/** By way of a working buffer: WebGPU does not copy within one. */
function copySlot({ scratch, recorder, spec }: Machine, rows: Rows, name: string, from: number, to: number): void {
  const bytes = rows.count * padded(spec.width) * 4;
  recorder.copy(scratch.get(name), from * bytes, scratch.get('x'), 0, bytes);
  recorder.copy(scratch.get('x'), 0, scratch.get(name), to * bytes, bytes);
}
