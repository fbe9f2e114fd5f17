import { openResultText } from './read-result';
import { RESULT_KINDS } from './result-kinds';
import type { ShippedDetails, ShippedGrowth, ShippedResults } from './shipped-schemas';

export type {
  ShippedDetails,
  ShippedGrowth,
  ShippedRecoveredCurve,
  ShippedRecovery,
  ShippedResults,
} from './shipped-schemas';

/** The files of results that ship, by their path under `public/`; the first names those beside it. */
export const SHIPPED_RESULTS = 'models/sapling/results.json';
export const SHIPPED_GROWTH = 'models/sapling/growth/results.json';

/** Text of the file that `tools/ship-results` writes; with all details in it, it is much longer, and so without spaces. */
export function shippedFile(results: Omit<ShippedResults, 'format' | 'version'>): string {
  const file = { format: 'lopper-results', version: 2, ...results };
  return typeof results.details === 'object' ? `${JSON.stringify(file)}\n` : asText(file);
}

/** Much longer than the first, and so without spaces. */
export const shippedDetailsFile = (details: ShippedDetails): string => `${JSON.stringify(details)}\n`;

export const shippedGrowthFile = (measured: ShippedGrowth): string => asText(measured);

const asText = (file: object) => `${JSON.stringify(file, null, 1)}\n`;

/** Throws `result-invalid`, as the next do. */
export const readShipped = (text: string, name = SHIPPED_RESULTS): ShippedResults =>
  openResultText('shipped', text, name).check(RESULT_KINDS.shipped.schema);

/** Of any model, as `npm run ship-results -- MODEL` writes them. */
export const readModelResults = (text: string, name: string): ShippedResults =>
  openResultText('results', text, name).check(RESULT_KINDS.results.schema);

export const readShippedDetails = (text: string, name: string): ShippedDetails =>
  openResultText('shipped-details', text, name).check(RESULT_KINDS['shipped-details'].schema);

export const readShippedGrowth = (text: string): ShippedGrowth =>
  openResultText('shipped-growth', text, SHIPPED_GROWTH).check(RESULT_KINDS['shipped-growth'].schema);
