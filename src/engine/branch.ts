import { additive as adding, type RecoveryModule } from '../recovery/module';

/** A recovery module with a name of its own, by which it is found on the GPU. Its numbers are never changed after. */
export interface Module extends RecoveryModule {
  /** Of its numbers, whatever the strength; see `named`. */
  readonly name: string;
}

export const named = (module: RecoveryModule): Module => ({ ...module, name: nameOf(module) });

/** A module that adds the same vector [width] everywhere. */
export const additive = (bias: readonly number[] | Float32Array, strength = 1): Module => named(adding(bias, strength));

/** What becomes of a sublayer: it runs, it is skipped, or a module is applied in its place, or to what it adds. */
export type Step = 'run' | 'skip' | Module;

/** What a walk or a decoder carries through the model. Made by `without` and `replacing`, and never changed. */
export interface Branch {
  /** The same for branches that leave out the same, with the same in its place, and for no others; '' is the full model. */
  readonly key: string;
  /** By `sublayerIndex`, from the lowest up: what does not run, and what stands there. */
  readonly left: ReadonlyMap<number, Exclude<Step, 'run'>>;
}

/** The model as it is. */
export const FULL: Branch = { key: '', left: new Map() };

/** A branch that leaves these sublayers (`sublayerIndex`) out too, where it has not put a module there already. */
export function without(indices: Iterable<number>, from: Branch = FULL): Branch {
  const left = new Map(from.left);
  for (const index of indices) if (!left.has(index)) left.set(index, 'skip');
  return made(left);
}

/**
 * A branch with modules in the place of sublayers. A dropped block has one, where its attention was, and its feed-forward
 * layer is left out.
 */
export function replacing(modules: Iterable<readonly [number, Module]>, from: Branch = FULL): Branch {
  return made(new Map([...from.left, ...modules]));
}

/** What becomes of sublayer `index`. */
export const at = (branch: Branch, index: number): Step => branch.left.get(index) ?? 'run';

/** Whether the sublayer's own weights are walked. */
export const runs = (step: Step): boolean => step === 'run' || isMerged(step);

/** The next sublayer above `index`, and below `until`, of which some of the branches run the weights. */
export function nextRun(branches: readonly Branch[], index: number, until: number): number | undefined {
  for (let next = index + 1; next < until; next++) if (branches.some((b) => runs(at(b, next)))) return next;
  return undefined;
}

/** Whether a module is applied to what a sublayer adds, which runs. */
export const isMerged = (step: Step): step is Module => typeof step !== 'string' && step.reads === 'update';

/** Names a step: skipping, a module by its numbers and strength, running; they sort in that order. */
export function stepKey(step: Step): string {
  return typeof step === 'string' ? (step === 'skip' ? '' : '~') : `${step.name}*${step.strength}`;
}

const sameStep = (a: Step, b: Step): boolean => a === b || stepKey(a) === stepKey(b);

/** Every module of some branches, each once. */
export const modulesOf = (branches: readonly Branch[]): Module[] => [
  ...new Map(
    branches.flatMap(({ left }) =>
      [...left.values()].filter((step) => typeof step !== 'string').map((module) => [module.name, module] as const),
    ),
  ).values(),
];

/** Each branch once. */
export const distinct = (branches: readonly Branch[]): Branch[] => [
  ...new Map(branches.map((branch) => [branch.key, branch])).values(),
];

/** The lowest sublayer of which two branches make something else; infinite where they are the same. */
export function parting(a: Branch, b: Branch): number {
  const first = (one: Branch, other: Branch): number => {
    for (const [index, step] of one.left) if (!sameStep(step, at(other, index))) return index;
    return Number.POSITIVE_INFINITY;
  };
  return Math.min(first(a, b), first(b, a));
}

/** An order in which branches that agree on the lower sublayers are neighbours, and the full model is last. */
export function compareBranches(a: Branch, b: Branch): number {
  const index = parting(a, b);
  if (index === Number.POSITIVE_INFINITY) return 0;
  return stepKey(at(a, index)) < stepKey(at(b, index)) ? -1 : 1;
}

function made(left: Map<number, Exclude<Step, 'run'>>): Branch {
  const sorted = [...left].sort(([a], [b]) => a - b);
  const key = sorted.map(([index, step]) => (step === 'skip' ? `${index}` : `${index}:${stepKey(step)}`)).join();
  return { key, left: new Map(sorted) };
}

/** Hexadecimal digits that tell modules apart: 64 bits of all their bits, by two FNV-1a hashes that start apart. */
function nameOf({ bias, map, diagonal, reads }: RecoveryModule): string {
  let [a, b] = [0x811c9dc5, 0x1000193];
  for (const numbers of [bias, map?.a, map?.b, diagonal]) {
    const bytes = numbers ? new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength) : [1]; // its own mark
    for (const byte of bytes) {
      a = Math.imul(a ^ byte, 0x1000193);
      b = Math.imul(b ^ byte, 0x85ebca6b);
    }
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('') + (reads ?? '');
}
