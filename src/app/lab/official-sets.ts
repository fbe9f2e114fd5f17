import type { BenchmarkSet, FetchSettings } from '../../lab/contract';
import { store } from '../store/store';
import { lab, runJob } from './jobs';

/** Looks which official benchmarks are on this machine. */
export async function showSets(): Promise<void> {
  const officialSets = await lab()
    .benchmarkSets()
    .catch(() => undefined);
  if (officialSets) store.setState({ officialSets });
}

/** Downloads an official benchmark from its publisher, or from the mirror in `settings`, and offers its tasks. */
export async function getSet(set: BenchmarkSet, settings: FetchSettings): Promise<void> {
  const title = `${set.title} could not be fetched`;
  const ended = await runJob('benchmark', set.title, title, (options) =>
    lab().fetchBenchmark(set.task, settings, options),
  );
  if (ended.ended === 'done') await showSets();
}

/** Names the items of an official task that are here, for answers to be kept with; undefined for all other tasks. */
export function subsetOf(sets: readonly BenchmarkSet[], task: string): string | undefined {
  const here = sets.find((s) => s.tasks.includes(task))?.here;
  return here && [here.items, here.of, here.seed ?? '', ...here.origins.map((o) => o.sha256.slice(0, 16))].join('/');
}
