import own from '../../../shaders/block_products.wgsl?raw';
import { DTYPES, type Dtype, isInBlocks } from '../../formats/dtypes';
import { type Buffers, kernel } from '../../gpu/kernel';
import { BLOCKS_CODE, pairsOf, runsOf, WIDENING } from './blocks';
import { type Dispatcher, type Variant, variant } from './dispatcher';
import { ANY, EPILOGUE_CODE, PRODUCT_BINDINGS, PRODUCT_PARAMETERS, type ProductTold, stripsOf } from './epilogue';

const products = (entry: 'products_register' | 'products_workgroup') =>
  kernel({
    file: 'block_products.wgsl',
    code: EPILOGUE_CODE + BLOCKS_CODE + own,
    entry,
    parameters: PRODUCT_PARAMETERS,
    bindings: PRODUCT_BINDINGS,
    constants: ['DTYPE', 'EPILOGUE', 'ROWS'],
  });

/** Products of few rows straight from blocks, by the way in which the adapter multiplies those best. */
export const BLOCK_PRODUCTS = {
  matvec_register: products('products_register'),
  matvec_workgroup: products('products_workgroup'),
};

/**
 * `together`: rows that share what is unpacked: two at most, since a thread holds the inputs of each. One kernel whatever
 * becomes of the products: its program is long, and what comes at the end of a row costs little.
 */
const productVariant = (d: Dispatcher, dtype: Dtype, together: 1 | 2) =>
  variant(BLOCK_PRODUCTS[d.choice.matvec], { DTYPE: DTYPES[dtype].code, EPILOGUE: ANY, ROWS: together });

/** Whether rows are multiplied two at a time. */
const isByTwo = ({ matvec, together = 1 }: Dispatcher['choice']): boolean =>
  matvec === 'matvec_workgroup' && together > 1;

export const blockProductKernels = (d: Dispatcher, dtype: Dtype): Variant[] => [
  productVariant(d, dtype, 1),
  ...(isByTwo(d.choice) ? [productVariant(d, dtype, 2)] : []),
];

/** Whether products may be read straight from the blocks: of rows that are whole pairs of runs, as in all but toy models. */
export const mayBeStraight = (d: Dispatcher, dtype: Dtype, steps: number): boolean =>
  isInBlocks(dtype) && runsOf(steps) % 2 === 0 && d.has(productVariant(d, dtype, 1));

/** Threads that share four columns: as many as have a pair each, and few that idle in the last round. */
export function sharingOf(steps: number): number {
  const idle = (threads: number) => Math.ceil(pairsOf(steps) / threads) * threads;
  return [64, 32, 16].reduce((best, threads) => (idle(threads) < idle(best) ? threads : best));
}

/** Products of a few rows with `columns` rows of a matrix in blocks, those of a gate and of what it gates counted each. */
export function runBlockProducts(
  d: Dispatcher,
  dtype: Dtype,
  told: Omit<ProductTold, 'sharing'>,
  buffers: Buffers<keyof typeof PRODUCT_BINDINGS>,
  columns: number,
): void {
  const { rows, steps } = told;
  const together = rows > 1 && isByTwo(d.choice) ? 2 : 1;
  const sharing = sharingOf(steps);
  const share = d.choice.matvec === 'matvec_register' ? 32 : 64 / sharing;
  d.run(
    productVariant(d, dtype, together),
    { ...told, sharing },
    buffers,
    [Math.ceil(stripsOf(columns) / share), Math.ceil(rows / together)],
    rows * columns * steps * 8 * WIDENING,
  );
}
