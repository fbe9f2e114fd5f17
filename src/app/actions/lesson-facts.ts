import { LopperError } from '../../errors';
import type { Facts } from '../words/lessons/facts';
import { factsOf, toldOf } from '../words/lessons/facts-of';
import { shippedGrowth } from './growth';
import { fetchBeside, fetchShipped } from './shipped';

let loaded: Promise<Facts> | undefined;

/** What the lessons know of Sapling, asked for once; asked anew where it did not come. */
export function lessonFacts(): Promise<Facts> {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Facts> {
  const [shipped, growth] = await Promise.all([fetchShipped(), shippedGrowth()]);
  if (!shipped) {
    throw new LopperError('result-missing', 'The results that ship with Sapling are not there.', 'Reload the page.');
  }
  return factsOf({ ...toldOf(shipped, await fetchBeside(shipped)), growth: growth.map(({ report }) => report) });
}
