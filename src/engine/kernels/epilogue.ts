import activations from '../../../shaders/activations.wgsl?raw';
import own from '../../../shaders/epilogue.wgsl?raw';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters, type Values } from '../../gpu/parameters';
import { MAX_SLOTS } from '../layout';
import { type Dispatcher, variant } from './dispatcher';

/** Stands before every shader that computes products. */
export const EPILOGUE_CODE = activations + own;

/** What becomes of a product: by the shader's numbers. */
export const EPILOGUES = {
  store: 0,
  add: 1,
  'silu-gated': 2,
  'gelu-tanh': 3,
  'gelu-erf': 4,
  silu: 5,
  relu: 6,
  'gelu-tanh-gated': 7,
  cap: 8,
} as const;
/** In the place of one: a kernel for all of them, which is told at every run. */
export const ANY = 9;
export type Epilogue = keyof typeof EPILOGUES;

/** What a product is told; see epilogue.wgsl. */
export const PRODUCT_PARAMETERS = new Parameters('Params', {
  rows: 'u32',
  rowStart: 'u32',
  steps: 'u32',
  outputs: 'u32',
  weightStart: 'u32',
  upStart: 'u32',
  columnStart: 'u32',
  outStride: 'u32',
  hasBias: 'u32',
  biasStart: 'u32',
  upBias: 'u32',
  padTo: 'u32',
  rowsPerSlot: 'u32',
  scale: 'f32',
  cap: 'f32',
  ceiling: 'f32',
  epilogue: 'u32',
  parts: 'u32',
  partSteps: 'u32',
  sharing: 'u32',
  slots: [MAX_SLOTS],
});

export type ProductTold = Values<(typeof PRODUCT_PARAMETERS)['fields']>;

/** Its buffers. */
export const PRODUCT_BINDINGS = { x: read(1), w: read(2), bias: read(3), out: write(4) } as const;

/** What a kernel of products is compiled for: one thing that becomes of them, or any. */
export const compiledFor = ({ choice }: Dispatcher, epilogue: Epilogue): number =>
  choice.anyEpilogue ? ANY : EPILOGUES[epilogue];

/** What becomes of products whose sums were computed elsewhere: in parts. */
export const FINISH = kernel({
  file: 'epilogue.wgsl',
  code: EPILOGUE_CODE,
  entry: 'finish_strips',
  parameters: PRODUCT_PARAMETERS,
  bindings: { x: read(1), bias: read(3), out: write(4) },
  constants: ['EPILOGUE'],
});

export const finishVariant = (d: Dispatcher, epilogue: Epilogue) =>
  variant(FINISH, { EPILOGUE: compiledFor(d, epilogue) });

/** Four columns of a row of products. */
export const stripsOf = (columns: number): number => Math.ceil(columns / 4);
