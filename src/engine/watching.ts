import type { Machine } from './machine';
import { bufferOf, type Observation, type Observed, type View } from './observers/observer';
import type { TokenTree } from './tree';
import type { PassWatch } from './wave';
import type { Distinct } from './waves';

/** The observations of one walk: what begins to watch in each of its passes, and what all of them saw. */
export class Watching<O extends readonly Observation[]> {
  readonly #parts: unknown[][];

  /** @param perPass rows that are watched in one pass; those beyond follow in further passes */
  constructor(
    readonly m: Machine,
    readonly tree: TokenTree,
    readonly observations: O,
    readonly perPass: number,
  ) {
    this.#parts = observations.map(() => []);
  }

  /** Passes over each watched branch. */
  get passes(): number {
    return this.observations.length > 0 ? Math.ceil(this.tree.rows / this.perPass) : 1;
  }

  /** Those branches that somebody watches. */
  of(distinct: readonly Distinct[]): Distinct[] {
    return distinct.filter(({ asked }) =>
      this.observations.some(({ branch, beside = branch }) => asked.includes(branch) || asked.includes(beside)),
    );
  }

  /** Begins to watch those of the branches that go through a pass, its `pass`th run of rows. */
  async begin(distinct: readonly Distinct[], pass: number): Promise<PassWatch[]> {
    const first = pass * this.perPass;
    const watches: PassWatch[] = [];
    for (const [observation, { branch: place, observer, beside: other }] of this.observations.entries()) {
      const branch = distinct.findIndex(({ asked }) => asked.includes(place));
      if (branch < 0) continue;
      const beside = other === undefined ? undefined : distinct.findIndex(({ asked }) => asked.includes(other));
      if (beside === -1) throw new Error('branches that are watched together are in different waves');
      const watch = await observer.watch(this.#view(observation, first));
      watches.push({ watch, branch, beside, first, observation });
    }
    return watches;
  }

  async end(watches: readonly PassWatch[], signal?: AbortSignal): Promise<void> {
    for (const { watch, observation } of watches) this.#parts[observation].push(await watch.result(signal));
  }

  results(): Observed<O> {
    return this.observations.map(({ observer }, i) => observer.merge(this.#parts[i])) as Observed<O>;
  }

  #view(observation: number, first: number): View {
    const { dispatcher, spec, scratch } = this.m;
    return {
      ...{ dispatcher, spec, first, end: Math.min(first + this.perPass, this.tree.rows) },
      ...{ positions: this.tree.positions, places: scratch.get('places') },
      buffer: (name) => scratch.get(bufferOf(observation, name)),
    };
  }
}
