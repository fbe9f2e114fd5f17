import type { Buffer } from '../../gpu/gpu';
import { type Sublayer, sublayerIndex } from '../../model/units';
import type { Module } from '../branch';
import { compare, matchKernels } from '../kernels/match';
import { type ModuleGradients, moduleBackward } from '../kernels/module-backward';
import { padded } from '../layout';
import type { Modules } from '../modules';
import type { Observer, View, Watch } from '../observers/observer';

export interface Matched {
  /** The unit's sublayers, from the lowest up. */
  readonly unit: readonly Sublayer[];
  readonly module: Module;
  /** Where there is no room for a gradient, only the loss is told. */
  readonly gradients?: ModuleGradients;
  /** Of the squared distance in the loss. */
  readonly scale: number;
}

/**
 * Observes how far a module in a unit's place leaves the stream from the full model's behind that unit: the squared distance
 * over all rows, and the gradient of that by the module's numbers. What it reads, and what it is added to, is the stream of
 * the branch that is watched, whatever stands there in that branch; it counts as given. The full model goes beside.
 */
export const matching = (modules: Modules, { unit, module, gradients, scale }: Matched): Observer<number> => {
  const rank = module.map?.rank ?? 0;
  return {
    buffers: ({ width }, rows) => ({
      ...{ x: rows * padded(width) * 4, y: rows * padded(width) * 4, taken: rows * padded(width) * 4 },
      ...{ read: rows * padded(rank) * 4, through: rows * padded(rank) * 4, losses: rows * 4 },
    }),
    async watch(view) {
      await view.dispatcher.ready(matchKernels());
      return new MatchWatch(view, unit.map(sublayerIndex), modules, { module, gradients, scale });
    },
    merge: (parts) => parts.reduce((sum, part) => sum + part, 0),
  };
};

class MatchWatch implements Watch<number> {
  readonly #rows: number;
  readonly #first: number;
  readonly #last: number;
  /** Where the stream is what the unit reads: with a parallel residual both sublayers read what the block does. */
  readonly #reads: number;

  constructor(
    readonly view: View,
    unit: readonly number[],
    readonly modules: Modules,
    readonly on: Omit<Matched, 'unit'>,
  ) {
    this.#rows = view.end - view.first;
    [this.#first, this.#last] = [Math.min(...unit), Math.max(...unit)];
    this.#reads = view.spec.parallel ? this.#first - (this.#first % 2) : this.#first;
  }

  before(index: number, stream: Buffer, first: number): void {
    if (index === this.#reads) this.#keep('x', stream, first);
    if (index === this.#first) this.#keep('y', stream, first);
  }

  after(index: number, stream: Buffer, first: number, beside = first): void {
    if (index !== this.#last) return;
    const { dispatcher, spec } = this.view;
    const { module, gradients, scale } = this.on;
    const [x, y] = [this.view.buffer('x'), this.view.buffer('y')];
    const rows = this.#rows;
    const all = (of: Buffer) => ({ stream: of, slots: [0], rows });
    const room = { taken: this.view.buffer('taken'), inner: this.view.buffer('read') };
    this.modules.add(module, all(x), all(y), room);
    compare(dispatcher, { rows, width: spec.width, scale }, y, [stream, beside], this.view.buffer('losses'));
    if (!gradients) return;
    const on = { rows, width: spec.width, strength: module.strength, x: [x, 0], g: [y, 0] } as const;
    const working = { read: this.view.buffer('read'), through: this.view.buffer('through') };
    moduleBackward(dispatcher, on, this.modules.numbersOf(module).map, gradients, working);
  }

  async result(signal?: AbortSignal): Promise<number> {
    const reads = [{ buffer: this.view.buffer('losses'), offset: 0, bytes: this.#rows * 4 }];
    const [bytes] = await this.view.dispatcher.recorder.read(reads, signal);
    return new Float32Array(bytes).reduce((sum, loss) => sum + loss, 0);
  }

  #keep(name: string, stream: Buffer, first: number): void {
    const { dispatcher, spec } = this.view;
    const row = padded(spec.width) * 4;
    dispatcher.recorder.copy(stream, first * row, this.view.buffer(name), 0, this.#rows * row);
  }
}
