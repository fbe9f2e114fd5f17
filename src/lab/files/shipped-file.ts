import type { GrowthReport } from '../contract';
import { openResultText } from './read-result';
import { RESULT_KINDS } from './result-kinds';
import type { ShippedGrowth, ShippedResults } from './shipped-schemas';

export type { ShippedGrowth, ShippedResults } from './shipped-schemas';

/** Both files of results that ship, by their path under `public/`. */
export const SHIPPED_RESULTS = 'models/sapling/results.json';
export const SHIPPED_GROWTH = 'models/sapling/growth/results.json';

/** Text of the file that `tools/ship-results` writes. */
export const shippedFile = (results: Omit<ShippedResults, 'format' | 'version'>): string =>
  asText({ format: 'lopper-results', version: 1, ...results });

export const shippedGrowthFile = (reports: readonly GrowthReport[], adapter: string): string =>
  asText({ reports, adapter });

const asText = (file: object) => `${JSON.stringify(file, null, 1)}\n`;

/** Throws `result-invalid`, as the next does. */
export const readShipped = (text: string): ShippedResults =>
  openResultText('shipped', text, SHIPPED_RESULTS).check(RESULT_KINDS.shipped.schema);

export const readShippedGrowth = (text: string): ShippedGrowth =>
  openResultText('shipped-growth', text, SHIPPED_GROWTH).check(RESULT_KINDS['shipped-growth'].schema);
