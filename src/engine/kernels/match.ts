import code from '../../../shaders/match.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { padded } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

export const COMPARE = kernel({
  file: 'match.wgsl',
  code,
  entry: 'compare',
  parameters: new Parameters('Params', { rows: 'u32', width: 'u32', stride: 'u32', wantedRow: 'u32', scale: 'f32' }),
  bindings: { wanted: read(1), got: write(2), losses: write(3) },
  constants: [],
});

export const matchKernels = (): Variant[] => [variant(COMPARE, {})];

/** losses [rows] = scale * the squared distance of rows of `got` from those of `wanted`; `got` = the gradient of that. */
export function compare(
  d: Dispatcher,
  { rows, width, scale }: { readonly rows: number; readonly width: number; readonly scale: number },
  got: Buffer,
  [wanted, wantedRow]: readonly [Buffer, number],
  losses: Buffer,
): void {
  const stride = padded(width);
  const values = { rows, width, stride, wantedRow, scale };
  d.run(variant(COMPARE, {}), values, { wanted, got, losses }, grid(Math.ceil(rows / 64)), rows * stride * 2);
}
