import type { Buffer } from '../../gpu/gpu';
import { at, type Branch, FULL } from '../branch';
import type { RunOptions } from '../contract';
import { padded } from '../layout';
import type { Machine } from '../machine';
import type { Watch } from '../observers/observer';
import type { Rows } from '../rows';
import { runPass } from '../wave';
import type { StreamAt } from './contract';

/** Of which streams copies are kept on the way up: those before some sublayers, or behind the last, by that index. */
export interface Kept {
  /** The branch's, in each block from that of the lowest sublayer on. */
  readonly own: ReadonlyMap<number, string>;
  /** The full model's, where it is compared with. */
  readonly full: ReadonlyMap<number, string>;
}

/** The first sublayer of a block: below it nothing is needed of what a block computes. */
export const blockStart = (index: number): number => index - (index % 2);

/** Names of the buffers. A sublayer that is left out changes nothing: before and behind it is one stream. */
export function planKept(branch: Branch, lowest: number, sublayers: number, full: readonly number[]): Kept {
  const own = new Map<number, string>();
  for (let index = blockStart(lowest); index <= sublayers; index++) {
    const same = own.has(index - 1) && at(branch, index - 1) === 'skip';
    own.set(index, same ? own.get(index - 1)! : `kept ${index}`);
  }
  return { own, full: new Map(full.map((index) => [index, `full ${index}`])) };
}

/** Walks the branch, and the full model beside it where that is wanted, and keeps what was planned. */
export async function keepStreams(
  m: Machine,
  rows: Rows,
  branch: Branch,
  { own, full }: Kept,
  from: StreamAt | undefined,
  options: RunOptions,
): Promise<void> {
  const beside = full.size > 0;
  if (from && beside) await pass([FULL], [full], 0);
  if (from) m.recorder.copy(from.stream, 0, m.scratch.get('stream'), 0, rows.count * padded(m.spec.width) * 4);
  if (!from && beside) await pass([branch, FULL], [own, full], 0);
  else await pass([branch], [own], from?.index ?? 0);

  async function pass(branches: readonly Branch[], kept: readonly ReadonlyMap<number, string>[], index: number) {
    const watches = kept.map((names, branch) => ({
      ...{ watch: new Keeping(m, rows, names), branch, first: 0, observation: branch },
    }));
    await runPass(m, { rows, branches, perChunk: 1, start: { index, slot: 0 }, watches }, options);
  }
}

/** Copies the stream as it passes. */
class Keeping implements Watch<void> {
  readonly #done = new Set<string>();

  constructor(
    readonly m: Machine,
    readonly rows: Rows,
    readonly names: ReadonlyMap<number, string>,
  ) {}

  before(index: number, stream: Buffer, first: number): void {
    this.#keep(index, stream, first);
  }

  after(index: number, stream: Buffer, first: number): void {
    if (index + 1 === this.m.spec.sublayers.length) this.#keep(index + 1, stream, first);
  }

  async result(): Promise<void> {}

  #keep(index: number, stream: Buffer, first: number): void {
    const name = this.names.get(index);
    if (name === undefined || this.#done.has(name)) return;
    this.#done.add(name);
    const row = padded(this.m.spec.width) * 4;
    this.m.recorder.copy(stream, first * row, this.m.scratch.get(name), 0, this.rows.count * row);
  }
}
