/**
 * A linear map of the normed stream as a feed-forward layer of stock code, exactly: act(z) - act(-z) = z for GELU, SiLU and ReLU,
 * so that one that reads [A; -A] and writes [B, -B] is B A (`../shared/reference/recovery.md`). The norm gets weights of 1.
 */
import type { FfnSpec, ModelSpec, SublayerSpec } from '../../model/spec';
import type { RecoveryModule } from '../../recovery/module';
import { switchesOf, takesBias } from './biases';
import { biasOf } from './names';

/** A matrix or a vector by its numbers: of the tensor's row and column, both 0 for what has none. */
export interface MadeTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly at: (row: number, column: number) => number;
}

/**
 * Whether stock code's layer can be the map: it norms as the module does, is wide enough, and, where a gate is to be held open,
 * has biases or takes them.
 */
export function holdsMap(spec: ModelSpec, sublayer: SublayerSpec, { map, diagonal, reads }: RecoveryModule): boolean {
  if (sublayer.kind !== 'ffn' || reads !== 'normed' || !map || diagonal || !takesBias(spec, sublayer)) return false;
  const { norm, up, gated } = sublayer;
  const { kind, eps } = spec.finalNorm;
  if (norm?.kind !== kind || norm.eps !== eps || 2 * map.rank > spec.ffnWidth) return false;
  return !gated || (up.weights.length === 2 && (up.biases.length > 0 || switchesOf(spec).ffn !== undefined));
}

/** The layer's tensors but for the bias of what it writes, which takes the module's. */
export function mapTensors(spec: ModelSpec, { norm, up, gated, down }: FfnSpec, module: RecoveryModule): MadeTensor[] {
  const { rank, a, b } = module.map!;
  const { width, ffnWidth } = spec;
  const size = module.strength / (down.scale ?? 1);
  /** 1 for the channels that A is read by, -1 for those of -A, 0 for the rest. */
  const sign = (channel: number) => (channel < rank ? 1 : channel < 2 * rank ? -1 : 0);
  const reading = (channel: number, i: number) => sign(channel) * (a[(channel % rank) * width + i] ?? 0);
  const writing = (i: number, channel: number) => size * sign(channel) * (b[i * rank + (channel % rank)] ?? 0);
  const matrix = (name: string, rows: number, columns: number, at: MadeTensor['at']): MadeTensor =>
    down.transposed
      ? { name, shape: [columns, rows], at: (row, column) => at(column, row) }
      : { name, shape: [rows, columns], at };
  const vector = (name: string, length: number, value: number): MadeTensor => ({
    ...{ name, shape: [length] },
    at: () => value,
  });
  const [first, second] = up.weights as [string, string?];
  const hasBias = gated || up.biases.length > 0;
  return [
    vector(norm!.weight, width, 1 - (norm!.offset ?? 0)),
    ...(norm!.bias ? [vector(norm!.bias, width, 0)] : []),
    matrix(first, ffnWidth, width, reading),
    ...(hasBias ? [vector(biasOf(first), ffnWidth, 0)] : []),
    // The gate's other side is 1 whatever is read.
    ...(second ? [matrix(second, ffnWidth, width, () => 0), vector(biasOf(second), ffnWidth, 1)] : []),
    matrix(down.weights[0]!, width, ffnWidth, writing),
  ];
}
