import * as v from 'valibot';
import type { KernelRates } from '../../engine/autotune';
import { KERNEL_STAMP } from '../../engine/kernel-stamp';
import { readText, type Shelf, writeText } from '../../formats/shelf';
import type { AdapterFacts } from '../../gpu/gpu';
import type { AdapterReport } from '../contract';
import { adapterSlug } from './adapter-slug';

/** A driver may change and say nothing, so an adapter proves itself anew once in so many days. */
const DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Raised where the self-test changes: the kernels name themselves. */
const PROVING = 2;

export interface Proof {
  /** The self-test by the choice of kernels for the type that most models are stored in: some of its cases, or all. */
  readonly selfTest: AdapterReport['selfTest'];
  /** The choices by which all cases were passed, as `nameOfChoice` has them. */
  readonly choices: readonly string[];
}

/** The same for equal choices, whatever the order of their parts. */
export const nameOfChoice = ({ choice }: KernelRates): string => JSON.stringify(Object.entries(choice).sort());

const ProofSchema = v.object({
  of: v.string(),
  selfTest: v.object({
    passed: v.literal(true),
    cases: v.pipe(v.number(), v.integer(), v.minValue(1)),
    worstError: v.pipe(v.number(), v.finite()),
    milliseconds: v.pipe(v.number(), v.finite()),
    at: v.pipe(v.string(), v.isoTimestamp()),
  }),
  choices: v.array(v.string()),
});

const nameOf = (facts: AdapterFacts): string => `proof-${adapterSlug(facts)}.json`;

/** All that a proof is good for: these kernels, on this adapter with these limits and features, in this browser. */
const proved = (facts: AdapterFacts): string =>
  JSON.stringify([PROVING, KERNEL_STAMP, facts, globalThis.navigator?.userAgent ?? '']);

/** What this adapter proved on an earlier visit, where it still counts. */
export async function recallProof(
  shelf: Shelf | undefined,
  facts: AdapterFacts,
  now = Date.now(),
): Promise<Proof | undefined> {
  try {
    const text = shelf && (await readText(shelf, nameOf(facts)));
    const { of, ...proof } = v.parse(ProofSchema, JSON.parse(text ?? 'null'));
    const age = now - Date.parse(proof.selfTest.at);
    return of === proved(facts) && age >= 0 && age < DAYS * DAY_MS ? proof : undefined;
  } catch {
    return undefined; // proved again
  }
}

/** Lets go of what was proved: the same adapter has failed since. */
export async function forgetProof(shelf: Shelf | undefined, facts: AdapterFacts): Promise<void> {
  await shelf?.remove(nameOf(facts)).catch(() => undefined);
}

/** Keeps what was proved, where that is possible. */
export async function keepProof(shelf: Shelf | undefined, facts: AdapterFacts, proof: Proof): Promise<void> {
  const text = JSON.stringify({ of: proved(facts), ...proof });
  if (shelf) await writeText(shelf, nameOf(facts), text).catch(() => undefined);
}
