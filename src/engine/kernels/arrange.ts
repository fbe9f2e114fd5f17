import code from '../../../shaders/arrange.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters, type Values } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import { type Dispatcher, type Variant, variant } from './dispatcher';

const parameters = new Parameters('Params', {
  rows: 'u32',
  inputs: 'u32',
  words: 'u32',
  rowStep: 'u32',
  inputStep: 'u32',
  outRow: 'u32',
  sourceStart: 'u32',
});

export const ARRANGE = kernel({
  file: 'arrange.wgsl',
  code,
  entry: 'arrange',
  parameters,
  bindings: { source: read(1), out: write(2) },
  constants: ['BYTES'],
});

/** Where the rows of a published tensor lie and where they go; see shaders/arrange.wgsl. */
export type Arrangement = Values<(typeof parameters)['fields']>;

const arrangeVariant = (bytes: number) => variant(ARRANGE, { BYTES: bytes });

/** For elements of so many bytes, 4 or 2. */
export const arrangeKernels = (bytes: number): Variant[] => [arrangeVariant(bytes)];

/** Puts a published tensor into rows padded to a multiple of 8. */
export function arrange(d: Dispatcher, source: Buffer, out: Buffer, bytes: number, shape: Arrangement): void {
  const count = shape.rows * shape.words;
  d.run(arrangeVariant(bytes), shape, { source, out }, grid(Math.ceil(count / 64)), count * 4);
}
