/** Modules in training, as plain data: whoever goes on from it comes to the same numbers, to the bit. */
import type { LowRank, Numbers, Placed, RecoveryModule } from './module';

/** Numbers of the shapes of a module's bias and map. */
export interface Tensors {
  readonly bias: Numbers;
  readonly a?: Numbers;
  readonly b?: Numbers;
}

/** A module on its way: rank 0 is a bias alone. It has no diagonal, and strength 1. */
export interface Adapter extends Placed {
  /** AdamW's means of the gradients and of their squares. */
  readonly first: Tensors;
  readonly second: Tensors;
  /** Factors on the learning rate of A, B and the bias. */
  readonly rates: Rates;
}

export type Rates = readonly [a: number, b: number, bias: number];
export const PLAIN_RATES: Rates = [1, 1, 1];

/** Where training is: how many steps were taken, and what they came to. */
export interface AdamState {
  readonly step: number;
  readonly adapters: readonly Adapter[];
}

/** AdamW's settings: Loshchilov and Hutter (2019); nothing decays unless asked. */
export const ADAMW = { beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0 } as const;

export type Schedule = 'constant' | 'cosine';

/** The learning rate of step `step` of `steps`, counted from 1; no warm-up. */
export const rateAt = (schedule: Schedule, lr: number, step: number, steps: number): number =>
  schedule === 'constant' ? lr : (lr * (1 + Math.cos((Math.PI * (step - 1)) / steps))) / 2;

/** Training that has not begun: from these modules, of which nothing is remembered yet. */
export const initAdam = (placed: readonly Placed[], rates: readonly Rates[]): AdamState => ({
  step: 0,
  adapters: placed.map(({ unit, module }, i) => ({
    ...{ unit, module: { ...module, strength: 1 }, rates: rates[i]! },
    ...{ first: zerosLike(module), second: zerosLike(module) },
  })),
});

export const tensorsOf = ({ bias, map }: RecoveryModule): Tensors => ({ bias, ...(map && { a: map.a, b: map.b }) });

/** The module that these tensors are of. */
export function moduleOf({ bias, a, b }: Tensors): RecoveryModule {
  const map: LowRank | undefined = a && b && { rank: a.length / bias.length, a, b };
  return { strength: 1, bias, ...(map && { map }) };
}

function zerosLike(module: RecoveryModule): Tensors {
  const { bias, a, b } = tensorsOf(module);
  const zeros = (like: Numbers) => new Float32Array(like.length);
  return { bias: zeros(bias), ...(a && b && { a: zeros(a), b: zeros(b) }) };
}
