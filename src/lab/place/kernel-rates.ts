import * as v from 'valibot';
import { type KernelRates, USUAL_DTYPE } from '../../engine/autotune';
import { KERNEL_STAMP } from '../../engine/kernel-stamp';
import type { Dtype } from '../../formats/dtypes';
import { readText, type Shelf, writeText } from '../../formats/shelf';
import type { AdapterFacts } from '../../gpu/gpu';
import { adapterSlug } from './adapter-slug';

/** A driver may change and say nothing, and a measurement may have met a busy machine. */
const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Raised where it changes how kernels are chosen, or among which: the kernels name themselves. */
const CHOOSING = 4;

const RatesSchema = v.object({
  of: v.string(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  rates: v.object({
    choice: v.object({
      matmul: v.picklist(['matmul_register', 'matmul_workgroup']),
      matvec: v.picklist(['matvec_register', 'matvec_workgroup']),
      fewRows: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      anyEpilogue: v.optional(v.boolean()),
      together: v.optional(v.picklist([1, 2, 4, 8])),
      smallRows: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
      groups: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
      flash: v.optional(v.object({ steps: v.boolean(), texts: v.boolean() })),
      threads: v.picklist([1, 64]),
    }),
    gflops: v.record(v.string(), v.pipe(v.number(), v.finite())),
  }),
});

const nameOf = (facts: AdapterFacts, dtype: Dtype): string => `kernels-${adapterSlug(facts)}-${dtype}.json`;

/** All that a measurement is good for: these kernels, on this card and driver as far as they tell, in this browser. */
const measured = ({ vendor, architecture, device, description, features }: AdapterFacts): string =>
  JSON.stringify([
    CHOOSING,
    KERNEL_STAMP,
    vendor,
    architecture,
    device,
    description,
    features,
    globalThis.navigator?.userAgent ?? '',
  ]);

/** What was measured on this adapter on an earlier visit, for a type of weights; undefined when nothing usable was kept. */
export async function recallRates(
  shelf: Shelf | undefined,
  facts: AdapterFacts,
  dtype: Dtype = USUAL_DTYPE,
  now = Date.now(),
): Promise<KernelRates | undefined> {
  try {
    const text = shelf && (await readText(shelf, nameOf(facts, dtype)));
    const { of, at, rates } = v.parse(RatesSchema, JSON.parse(text ?? 'null'));
    const age = now - Date.parse(at);
    return of === measured(facts) && age >= 0 && age < DAYS * DAY_MS ? rates : undefined;
  } catch {
    return undefined; // measured again
  }
}

/** Keeps what was measured, where that is possible. */
export async function keepRates(
  shelf: Shelf | undefined,
  facts: AdapterFacts,
  rates: KernelRates,
  dtype: Dtype = USUAL_DTYPE,
): Promise<void> {
  const kept = { of: measured(facts), at: new Date().toISOString(), rates };
  if (shelf) await writeText(shelf, nameOf(facts, dtype), JSON.stringify(kept)).catch(() => undefined);
}
