import code from '../../../shaders/module.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { MAX_SLOTS, padded, type Slots } from '../layout';
import { type Dispatcher, type Variant, variant } from './dispatcher';

export const ADD = kernel({
  file: 'module.wgsl',
  code,
  entry: 'add',
  parameters: new Parameters('Params', {
    rows: 'u32',
    stride: 'u32',
    rowsPerSlot: 'u32',
    strength: 'f32',
    slots: [MAX_SLOTS],
  }),
  bindings: { bias: read(1), stream: write(2) },
  constants: [],
});

/** Only where a branch has modules. */
export const moduleKernels = (): Variant[] => [variant(ADD, {})];

/** stream += strength * bias [padded width], in every row of the slots. */
export function addVector(d: Dispatcher, width: number, bias: Buffer, strength: number, to: Slots): void {
  const rows = to.rows * to.slots.length;
  const stride = padded(width);
  d.run(
    variant(ADD, {}),
    { rows, stride, rowsPerSlot: to.rows, strength, slots: to.slots },
    { bias, stream: to.stream },
    grid(Math.ceil((rows * stride) / 4 / 64)),
    rows * stride,
  );
}
