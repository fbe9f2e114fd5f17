import own from '../../../shaders/activation_backward.wgsl?raw';
import activations from '../../../shaders/activations.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import type { ModelSpec } from '../../model/spec';
import { type Linear, padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';
import { EPILOGUES } from './epilogue';

export const ACTIVATION_BACKWARD = kernel({
  file: 'activation_backward.wgsl',
  code: activations + own,
  entry: 'activation_backward',
  parameters: new Parameters('Params', {
    rows: 'u32',
    channels: 'u32',
    stride: 'u32',
    start: 'u32',
    hiddenStride: 'u32',
    hiddenStart: 'u32',
    hasBias: 'u32',
    biasStart: 'u32',
    upBias: 'u32',
  }),
  bindings: { dhidden: read(1), bias: read(2), z: write(3) },
  constants: ['ACTIVATION'],
});

type Activation = ModelSpec['activation'];
const variantOf = (activation: Activation) => variant(ACTIVATION_BACKWARD, { ACTIVATION: EPILOGUES[activation] });

export const activationBackwardKernels = (activation: Activation): Variant[] => [variantOf(activation)];

/**
 * Replaces z, the product of the matrix `up` as `withoutGate` has it, by dLoss/dz, from dLoss/d(hidden) [rows, padded
 * channels]. A bias of a gated matrix is still to be added; of a plain one it is in z.
 */
export function activationBackward(
  d: Dispatcher,
  activation: Activation,
  rows: number,
  up: Linear,
  dhidden: Buffer,
  z: Buffer,
): void {
  const parts = up.gated ? up.parts : [{ first: 0, outputs: up.outputs }];
  for (const { first, outputs } of parts) {
    d.run(
      variantOf(activation),
      {
        rows,
        channels: outputs,
        stride: padded(up.gated ? 2 * up.outputs : up.outputs),
        start: up.gated ? 2 * first : 0,
        hiddenStride: padded(up.outputs),
        hiddenStart: first,
        hasBias: up.gated && up.bias ? 1 : 0,
        biasStart: first,
        upBias: up.outputs,
      },
      { dhidden, bias: up.bias ?? d.empty, z },
      grid(Math.ceil((rows * outputs) / 64)),
      rows * outputs * 16,
    );
  }
}
