import * as v from 'valibot';
import type { KernelRates } from '../../engine/autotune';
import { readText, type Shelf, writeText } from '../../formats/shelf';
import type { AdapterFacts } from '../../gpu/gpu';
import { adapterSlug } from './adapter-slug';

/** To be raised when a kernel changes so much that old measurements mislead. */
const VERSION = 3;

const RatesSchema = v.object({
  choice: v.object({
    matmul: v.picklist(['matmul_register', 'matmul_workgroup']),
    matvec: v.picklist(['matvec_register', 'matvec_workgroup']),
    threads: v.picklist([1, 64]),
  }),
  gflops: v.record(v.string(), v.pipe(v.number(), v.finite())),
});

const nameOf = (facts: AdapterFacts): string => `kernels-${VERSION}-${adapterSlug(facts)}.json`;

/** What was measured on this adapter on an earlier visit; undefined when nothing usable was kept. */
export async function recallRates(shelf: Shelf | undefined, facts: AdapterFacts): Promise<KernelRates | undefined> {
  try {
    const text = shelf && (await readText(shelf, nameOf(facts)));
    const parsed = v.safeParse(RatesSchema, JSON.parse(text ?? 'null'));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // measured again
  }
}

/** Keeps what was measured, where that is possible. */
export async function keepRates(shelf: Shelf | undefined, facts: AdapterFacts, rates: KernelRates): Promise<void> {
  if (shelf) await writeText(shelf, nameOf(facts), JSON.stringify(rates)).catch(() => undefined);
}
