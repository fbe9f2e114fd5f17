import code from '../../../shaders/adamw.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { ADAMW } from '../../recovery/training';
import { type Dispatcher, type Variant, variant } from './dispatcher';

export const ADAM = kernel({
  file: 'adamw.wgsl',
  code,
  entry: 'adamw',
  parameters: new Parameters('Params', {
    count: 'u32',
    rate: 'f32',
    beta1: 'f32',
    beta2: 'f32',
    left1: 'f32',
    left2: 'f32',
    warm1: 'f32',
    warm2: 'f32',
    eps: 'f32',
    decay: 'f32',
  }),
  bindings: { gradient: read(1), first: write(2), second: write(3), numbers: write(4) },
  constants: [],
});

export const adamKernels = (): Variant[] => [variant(ADAM, {})];

/** A tensor, the loss by it, and what AdamW remembers of it: f32, `count` numbers each. */
export interface Trained {
  readonly count: number;
  readonly numbers: Buffer;
  readonly gradient: Buffer;
  readonly first: Buffer;
  readonly second: Buffer;
}

/** Records step `step`, counted from 1, at the learning rate `rate`. */
export function updateAdam(d: Dispatcher, { count, ...buffers }: Trained, step: number, rate: number): void {
  const { beta1, beta2, eps, decay } = ADAMW;
  const values = {
    ...{ count, rate, beta1, beta2, eps, decay: rate * decay },
    ...{ left1: 1 - beta1, left2: 1 - beta2, warm1: 1 / (1 - beta1 ** step), warm2: 1 / (1 - beta2 ** step) },
  };
  d.run(variant(ADAM, {}), values, buffers, grid(Math.ceil(count / 64)), count * 8);
}
