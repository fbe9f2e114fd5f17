import { LopperError } from '../errors';
import type { ModelSpec } from './spec';

/** Of a feed-forward layer with a gate, by the name in its config. */
export function gatedActivation(name: string): ModelSpec['activation'] {
  if (name === 'silu' || name === 'swish') return 'silu-gated';
  if (name === 'gelu_pytorch_tanh' || name === 'gelu_new') return 'gelu-tanh-gated';
  throw unknown(name);
}

/** Of one without. */
export function plainActivation(name: string): ModelSpec['activation'] {
  switch (name) {
    case 'gelu':
      return 'gelu-erf';
    case 'gelu_new':
    case 'gelu_fast':
    case 'gelu_pytorch_tanh':
      return 'gelu-tanh';
    case 'silu':
    case 'swish':
      return 'silu';
    case 'relu':
      return 'relu';
    default:
      throw unknown(name);
  }
}

const unknown = (name: string) =>
  new LopperError(
    'config-invalid',
    `config.json asks for the activation "${name}", which Lopper does not have.`,
    'Choose a model with silu, gelu, gelu_new or relu.',
  );
