import { tensorsOf } from './shapes';
import type { ModelSpec, SublayerSpec } from './spec';

/** Parameters of one sublayer, its norm included. */
export function sublayerParameters(spec: ModelSpec, sublayer: SublayerSpec): number {
  return tensorsOf(sublayer).reduce((sum, name) => sum + elements(spec.shapes.get(name)!), 0);
}

/** Parameters of the whole model, tied ones counted once. */
export function totalParameters(spec: ModelSpec): number {
  return [...spec.shapes.values()].reduce((sum, shape) => sum + elements(shape), 0);
}

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
