import { LopperError } from '../../errors';
import type { Buffer } from '../../gpu/gpu';
import { sublayerIndex, sublayersOf } from '../../model/units';
import { parametersOf } from '../../recovery/module';
import { type AdamState, type Adapter, moduleOf, type Tensors, tensorsOf } from '../../recovery/training';
import type { Sink } from '../backward/contract';
import { type Branch, type Module, replacing, without } from '../branch';
import { mebibytes } from '../budget';
import { adamKernels, updateAdam } from '../kernels/adamw';
import { type ModuleGradients, moduleBackward, moduleBackwardKernels } from '../kernels/module-backward';
import { padded } from '../layout';
import type { Machine } from '../machine';
import { largestRank } from '../modules';

/** A tensor in training: its rows, and the buffers of its shape. */
interface HeldTensor {
  readonly rows: number;
  readonly columns: number;
  readonly numbers: Buffer;
  readonly gradient: Buffer;
  readonly first: Buffer;
  readonly second: Buffer;
  readonly rate: number;
}

type Name = keyof Tensors;
type Held = Readonly<Partial<Record<Name, HeldTensor>>>;

/** Numbers names of modules in training, each of which is on the GPU once. */
let count = 0;

/** Modules whose numbers change while they are on the GPU, with the gradient of each and what AdamW remembers. */
export class HeldModules {
  #step: number;

  private constructor(
    readonly m: Machine,
    readonly modules: readonly Module[],
    /** With the modules in the places of their units. */
    readonly branch: Branch,
    readonly held: readonly Held[],
    readonly state: AdamState,
    readonly free: () => void,
  ) {
    this.#step = state.step;
  }

  /** Throws `mask-mismatch` for modules of another width, `out-of-memory` with the rank that fits. */
  static async of(m: Machine, state: AdamState): Promise<HeldModules> {
    const { gpu } = m;
    const modules = state.adapters.map(
      ({ module }): Module => ({ ...module, strength: 1, name: `in training ${++count}` }),
    );
    await m.dispatcher.ready([...moduleBackwardKernels(), ...adamKernels()]);
    const indices = state.adapters.map(({ unit }) => sublayersOf(unit.kind, unit.block).map(sublayerIndex));
    const branch = replacing(
      modules.map((module, i) => [indices[i][0], module] as const),
      without(indices.flat()),
    );
    const before = gpu.memory().weights;
    const buffers: Buffer[] = [];
    let release = () => {};
    const free = () => {
      release();
      m.recorder.forget();
      for (const buffer of buffers.splice(0)) gpu.free(buffer);
    };
    try {
      release = await m.modules.hold([branch]);
      const held: Held[] = [];
      for (const [i, adapter] of state.adapters.entries()) {
        held.push(await hold(m, modules[i], adapter, buffers));
      }
      return new HeldModules(m, modules, branch, held, state, free);
    } catch (error) {
      const found = gpu.memory().weights - before;
      free();
      throw withRank(error, modules, found);
    }
  }

  gradientsOf(i: number): ModuleGradients {
    const { bias, a, b } = this.held[i];
    return { bias: bias!.gradient, a: a?.gradient, b: b?.gradient };
  }

  /** Takes what a walk of the branch in reverse says of its modules, over so many rows. */
  sink(rows: number): Sink {
    const { m, modules, branch } = this;
    const bytes = rows * padded(largestRank([branch])) * 4;
    return {
      buffers: { 'module read': bytes, 'module through': bytes },
      at: ({ step, input, gradient, rows }) => {
        const i = typeof step === 'string' ? -1 : modules.indexOf(step);
        if (i < 0) return;
        const on = { rows, width: m.spec.width, strength: 1, x: [input, 0], g: [gradient, 0] } as const;
        const room = { read: m.scratch.get('module read'), through: m.scratch.get('module through') };
        moduleBackward(m.dispatcher, on, m.modules.numbersOf(modules[i]).map, this.gradientsOf(i), room);
      },
    };
  }

  /** Forgets what was found of a batch. */
  clear(): void {
    for (const { gradient } of this.#tensors()) {
      this.m.gpu.device.queue.writeBuffer(gradient.raw, 0, new Uint8Array(gradient.bytes));
    }
  }

  /** One more step, and where it leads. */
  async update(rate: number, signal?: AbortSignal): Promise<AdamState> {
    this.#step++;
    for (const { rows, columns, numbers, gradient, first, second, rate: own } of this.#tensors()) {
      const tensor = { count: rows * padded(columns), numbers, gradient, first, second };
      updateAdam(this.m.dispatcher, tensor, this.#step, rate * own);
    }
    return this.#read(signal);
  }

  async #read(signal?: AbortSignal): Promise<AdamState> {
    const reads = this.#tensors().flatMap(({ rows, columns, numbers, first, second }) =>
      [numbers, first, second].map((buffer) => ({ buffer, offset: 0, bytes: rows * padded(columns) * 4 })),
    );
    const read = (await this.m.recorder.read(reads, signal)).map((bytes) => new Float32Array(bytes));
    const next = () => read.shift()!;
    const adapters = this.held.map((held, i): Adapter => {
      const [numbers, first, second]: { -readonly [K in Name]?: Tensors[K] }[] = [{}, {}, {}];
      for (const name of namesOf(held))
        for (const into of [numbers, first, second]) into[name] = plain(next(), held[name]!);
      const { unit, rates } = this.state.adapters[i];
      return { unit, rates, module: moduleOf(numbers as Tensors), first: first as Tensors, second: second as Tensors };
    });
    return { step: this.#step, adapters };
  }

  #tensors(): HeldTensor[] {
    return this.held.flatMap((held) => namesOf(held).map((name) => held[name]!));
  }
}

const NAMES = ['a', 'b', 'bias'] as const satisfies readonly Name[];
const namesOf = (held: Held): Name[] => NAMES.filter((name) => held[name]);

async function hold(m: Machine, module: Module, adapter: Adapter, buffers: Buffer[]): Promise<Held> {
  const on = m.modules.numbersOf(module);
  const { width } = m.spec;
  const { map } = adapter.module;
  const shapes = { a: [map?.rank, width], b: [width, map?.rank], bias: [1, width] } as const;
  const numbers = { a: on.map?.a, b: on.map?.b, bias: on.bias };
  const own = tensorsOf(adapter.module);
  const held: Partial<Record<Name, HeldTensor>> = {};
  for (const [i, name] of NAMES.entries()) {
    if (!own[name]) continue;
    const [rows, columns] = shapes[name] as readonly [number, number];
    const filled = async (values?: Float32Array) => {
      const buffer = await m.gpu.allocate('training', rows * padded(columns) * 4, 'weights');
      buffers.push(buffer);
      if (values) m.gpu.device.queue.writeBuffer(buffer.raw, 0, spaced(values, rows, columns));
      return buffer;
    };
    held[name] = {
      ...{ rows, columns, numbers: numbers[name]!, rate: adapter.rates[i] },
      ...{
        gradient: await filled(),
        first: await filled(adapter.first[name]),
        second: await filled(adapter.second[name]),
      },
    };
  }
  return held;
}

/** Where there was no room, an error that says what was asked for and which rank would have fitted. */
function withRank(error: unknown, modules: readonly Module[], found: number): unknown {
  const rank = modules.reduce((most, { map }) => Math.max(most, map?.rank ?? 0), 0);
  if (!(error instanceof LopperError) || error.code !== 'out-of-memory' || rank === 0) return error;
  // Each number with its gradient and AdamW's two.
  const bytes = modules.reduce((sum, module) => sum + 4 * 4 * parametersOf(module), 0);
  const fit = Math.floor((rank * found) / bytes);
  return new LopperError(
    'out-of-memory',
    `Training maps of rank ${rank} in ${modules.length} ${modules.length === 1 ? 'place' : 'places'} takes ${mebibytes(bytes)} of GPU memory, and there was room for ${mebibytes(found)}.`,
    fit > 0 ? `Train maps of rank ${fit} or less, or for fewer layers.` : 'Train a bias alone, or for fewer layers.',
    { cause: error },
  );
}

/** Rows with the zeros that pad them, and without. */
function spaced(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const stride = padded(columns);
  const out = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row++) out.set(values.subarray(row * columns, (row + 1) * columns), row * stride);
  return out;
}

function plain(values: Float32Array, { rows, columns }: HeldTensor): Float32Array<ArrayBuffer> {
  const stride = padded(columns);
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) out.set(values.subarray(row * stride, row * stride + columns), row * columns);
  return out;
}
