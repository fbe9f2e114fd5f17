import type { Precision } from '../../model/precision';

/** What a model's weights are made of. */
export const PRECISION_NAMES: Readonly<Record<Precision, string>> = {
  published: 'As published',
  q8: '8 bits',
  q4: '4 bits',
};
