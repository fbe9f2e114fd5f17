/** The facts that ship, read from the files that are served. For tests. */
import { readFileSync } from 'node:fs';
import type { MeasuredModel } from '../../../lab/contract/measured-models';
import { readLossTables } from '../../../lab/files/loss-tables';
import {
  readModelResults,
  readShipped,
  readShippedDetails,
  readShippedGrowth,
  SHIPPED_GROWTH,
  SHIPPED_RESULTS,
  type ShippedDetails,
  type ShippedResults,
} from '../../../lab/files/shipped-file';
import { parseDropList } from '../../../pruning/drop-list';
import type { LossTable } from '../../../pruning/known-masks';
import type { Facts } from './facts';
import { factsOf, toldOf } from './facts-of';

/** Of a model whose results are one file. */
export function measuredFacts({ results }: MeasuredModel): Facts {
  const measured = readModelResults(readFileSync(`public/${results}`, 'utf8'), results);
  const details = measured.details as ShippedDetails;
  return factsOf({ ...toldOf(measured, { masks: known(measured, details), details }), growth: [] });
}

/** Of Sapling. */
export function shippedFacts(): Facts {
  const read = (path: string) => readFileSync(`public/${path}`, 'utf8');
  const beside = (name: string) => `public/${SHIPPED_RESULTS.replace(/[^/]+$/, name)}`;
  const shipped = readShipped(read(SHIPPED_RESULTS));
  const { blocks } = shipped.model;
  const details = readShippedDetails(readFileSync(beside(shipped.details as string), 'utf8'), 'details');
  const { file, of } = shipped.tables!;
  const masks = known(shipped, details, readLossTables(readFileSync(beside(file)), blocks, of));
  const growth = readShippedGrowth(read(SHIPPED_GROWTH)).reports;
  return factsOf({ ...toldOf(shipped, { masks, details }), growth });
}

const known = ({ model: { blocks } }: ShippedResults, { losses }: ShippedDetails, tables: LossTable[] = []) => ({
  ...{ blocks, tables },
  listed: losses.map(([drop, added, half]) => ({ dropped: parseDropList(drop, blocks), added, half })),
});
