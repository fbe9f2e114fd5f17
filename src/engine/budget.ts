import type { AdapterFacts } from '../gpu/gpu';
import type { Machine } from './forward';

/** Rows one walk should carry; more only take more memory. */
export const MAX_ROWS = 2048;

/** Half of what the adapter puts into one buffer and binds at once. */
export const defaultBudget = ({ maxBufferSize, maxStorageBufferBindingSize }: AdapterFacts['limits']): number =>
  Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 2);

export const rowsWithin = (_m: Machine, _budget: number, _angles?: boolean): number => MAX_ROWS;
