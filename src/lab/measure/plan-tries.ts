import { type Branch, distinct } from '../../engine/branch';
import { type Pick, pickKey } from '../../pruning/picks';
import type { TriedPick } from '../contract';
import type { Calibrated } from './calibrated';
import type { Measure } from './score';
import { sharedPasses } from './work';

/** Branches walked together at most: more would share little more, and be longer without anything to show. */
const MOST_BRANCHES = 64;
/** Of those that try out for something on the first third, so many see the whole text: an eighth of them, and at least these. */
const FINALISTS = 8;
const LEAST_FINALISTS = 2;

type Known = { -readonly [K in 'first' | 'loss']?: number };

export interface TriesOptions {
  readonly signal?: AbortSignal;
  /** Told of passes over the whole text as they are made. */
  onPasses(passes: number): void;
}

/**
 * The losses of picks on the text that is chosen on, each measured once. Where many try out for one place they race: all
 * see a third of the windows, and the best of them the others.
 */
export class Tries {
  readonly #known = new Map<string, Known>();
  readonly #picks = new Map<string, Pick>();
  readonly #shares: readonly number[];
  #passes = 0;
  #alone = 0;
  readonly #asked = new Set<string>();
  readonly #seen = new Set<string>();
  /** The first third and the rest; absent where there are too few windows to tell by a part of them. */
  readonly #parts?: readonly [first: Calibrated, rest: Calibrated];

  constructor(
    readonly on: Calibrated,
    shares: readonly number[],
    readonly branchOf: (pick: Pick) => Branch,
    tried: readonly TriedPick[],
    readonly options: TriesOptions,
  ) {
    this.#shares = shares;
    this.#parts = on.thirds();
    for (const { pick, ...known } of tried) {
      this.#known.set(pickKey(pick), known);
      this.#picks.set(pickKey(pick), pick);
    }
  }

  /** What was measured, as plain data. */
  get tried(): TriedPick[] {
    return [...this.#known].map(([key, known]) => ({ pick: this.#picks.get(key)!, ...known }));
  }

  get work() {
    return { masks: this.#asked.size, passes: this.#passes, alone: this.#alone };
  }

  lossOf(pick: Pick): number | undefined {
    return this.#known.get(pickKey(pick))?.loss;
  }

  /** Whether its loss was not asked for yet; of what is gone on from it is asked again. */
  isNew(pick: Pick): boolean {
    return !this.#seen.has(pickKey(pick));
  }

  /** The loss of each, on the whole text. */
  async losses(picks: readonly Pick[]): Promise<number[]> {
    for (const pick of picks) this.#seen.add(pickKey(pick));
    const missing = picks.filter((pick) => this.lossOf(pick) === undefined);
    const begun = this.#parts ? missing.filter((pick) => this.#known.get(pickKey(pick))?.first !== undefined) : [];
    const fresh = missing.filter((pick) => !begun.includes(pick));
    await this.walk(this.on, fresh, (pick, { loss }) => this.#note(pick, { loss }));
    if (this.#parts) {
      const [first, rest] = this.#parts.map((part) => part.tokens - part.windows.length) as [number, number];
      await this.walk(this.#parts[1], begun, (pick, { loss }) => {
        const before = this.#known.get(pickKey(pick))!.first!;
        this.#note(pick, { loss: (before * first + loss * rest) / (first + rest) });
      });
    }
    return picks.map((pick) => this.lossOf(pick)!);
  }

  /** The distance of each's logits from the full model's; their losses are known then too. */
  async distances(picks: readonly Pick[]): Promise<number[]> {
    const distances: number[] = [];
    const take = (pick: Pick, { loss, distance }: Measure) => {
      this.#note(pick, { loss });
      distances.push(distance!);
    };
    await this.walk(this.on, picks, take, { distances: true });
    return distances;
  }

  /** The loss of each on the first third, or on the whole text where that has no thirds: enough to say what is promising. */
  async glances(picks: readonly Pick[]): Promise<number[]> {
    if (!this.#parts) return this.losses(picks);
    const missing = picks.filter((pick) => this.#known.get(pickKey(pick))?.first === undefined);
    await this.walk(this.#parts[0], missing, (pick, { loss }) => this.#note(pick, { first: loss }));
    return picks.map((pick) => this.#known.get(pickKey(pick))!.first!);
  }

  /** Those of the lowest losses on a part of the text, their losses known on the whole of it, the lowest first. */
  async race(picks: readonly Pick[]): Promise<{ readonly pick: Pick; readonly loss: number }[]> {
    const seen = await this.glances(picks);
    const most = this.#parts ? Math.max(LEAST_FINALISTS, Math.ceil(picks.length / FINALISTS)) : picks.length;
    const finalists = ascending(seen)
      .slice(0, most)
      .map((i) => picks[i]!);
    const losses = await this.losses(finalists);
    return ascending(losses).map((i) => ({ pick: finalists[i]!, loss: losses[i]! }));
  }

  /** Walks picks over a text, so many together that they share what lies below; counts what that takes. */
  async walk(
    text: Calibrated,
    picks: readonly Pick[],
    take: (pick: Pick, measure: Measure) => void,
    more: { readonly parts?: boolean; readonly distances?: boolean } = {},
  ): Promise<void> {
    const { signal, onPasses } = this.options;
    const share = text.tokens / this.on.tokens;
    for (let at = 0; at < picks.length; at += MOST_BRANCHES) {
      const some = picks.slice(at, at + MOST_BRANCHES);
      const branches = some.map(this.branchOf);
      const { passes } = sharedPasses(this.#shares, branches);
      let told = 0;
      const tell = (fraction: number) => {
        onPasses(share * passes * (fraction - told));
        told = fraction;
      };
      const measures = await text.measure(branches, { signal, onProgress: tell, ...more });
      tell(1);
      this.#passes += share * passes;
      for (const branch of distinct(branches)) {
        // By itself every mask is walked over all that it was told of here.
        const key = `${text === this.on || this.#parts?.includes(text) ? '' : 'judge '}${branch.key}`;
        if (this.#asked.has(key)) continue;
        this.#asked.add(key);
        this.#alone += (text === this.#parts?.[0] ? 1 : share) * sharedPasses(this.#shares, [branch]).passes;
      }
      for (const [i, pick] of some.entries()) take(pick, measures[i]!);
    }
  }

  /** Passes that were no losses of masks. */
  count(passes: number): void {
    this.#passes += passes;
    this.#alone += passes;
    this.options.onPasses(passes);
  }

  #note(pick: Pick, known: Known): void {
    const key = pickKey(pick);
    this.#picks.set(key, pick);
    this.#known.set(key, { ...this.#known.get(key), ...known });
  }
}

/** Indices by value, what is no number last. */
const ascending = (values: readonly number[]): number[] => {
  const worth = (i: number) => (Number.isFinite(values[i]) ? values[i]! : Number.POSITIVE_INFINITY);
  return [...values.keys()].sort((a, b) => (worth(a) === worth(b) ? a - b : worth(a) - worth(b)));
};
