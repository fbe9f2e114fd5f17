/** The facts that ship, read from the files that are served. For tests. */
import { readFileSync } from 'node:fs';
import { readLossTables } from '../../../lab/files/loss-tables';
import {
  readShipped,
  readShippedDetails,
  readShippedGrowth,
  SHIPPED_GROWTH,
  SHIPPED_RESULTS,
} from '../../../lab/files/shipped-file';
import { parseDropList } from '../../../pruning/drop-list';
import type { Facts } from './facts';
import { factsOf, toldOf } from './facts-of';

export function shippedFacts(): Facts {
  const read = (path: string) => readFileSync(`public/${path}`, 'utf8');
  const beside = (name: string) => `public/${SHIPPED_RESULTS.replace(/[^/]+$/, name)}`;
  const shipped = readShipped(read(SHIPPED_RESULTS));
  const { blocks } = shipped.model;
  const details = readShippedDetails(readFileSync(beside(shipped.details as string), 'utf8'), 'details');
  const { file, of } = shipped.tables!;
  const listed = details.losses.map(([drop, added, half]) => ({ dropped: parseDropList(drop, blocks), added, half }));
  const masks = { blocks, tables: readLossTables(readFileSync(beside(file)), blocks, of), listed };
  const growth = readShippedGrowth(read(SHIPPED_GROWTH)).reports;
  return factsOf({ ...toldOf(shipped, { masks, details }), growth });
}
