import { FULL } from '../../engine/branch';
import { LopperError } from '../../errors';
import type { Advice, ModelReport, PassRate, ProbeReport } from '../contract';
import type { OpenModel } from '../place/model';
import { layOutWindows } from './windows';
import { operationsOf } from './work';

const TOKENS = 64;

/** A pass that takes so many times what it should meets something that no kernel explains: memory that is paged costs tenfold. */
const TOO_LONG = 6;

/** Weights that may be too many for a card; of fewer a pass is mostly what its dispatches cost. */
const MANY_BYTES = 512 * 2 ** 20;

/** Times the second of two short passes over the open model; undefined where weights are streamed, or its device is gone. */
export async function measurePass(
  { engine, report }: OpenModel,
  rates: ProbeReport,
  signal: AbortSignal,
): Promise<PassRate | undefined> {
  if (report.streamed) return undefined;
  const tokens = Math.min(TOKENS, report.context, engine.maxRows);
  const ids = Array.from({ length: tokens }, (_, i) => i % report.vocabulary);
  const [window] = layOutWindows([ids], engine.maxRows);
  try {
    await engine.walk(window!.tree, [FULL], { signal }); // the first may compile
    const begin = performance.now();
    await engine.walk(window!.tree, [FULL], { signal });
    return { tokens, ms: performance.now() - begin, expected: expectedMs(tokens, report, rates) };
  } catch (error) {
    if (error instanceof LopperError && error.code === 'device-lost') return undefined;
    throw error;
  }
}

/** Milliseconds in which the weights are read once and multiplied, by the rates that were measured of so many rows. */
export function expectedMs(tokens: number, report: ModelReport, { memory, products }: ProbeReport): number {
  const multiplied = products.filter(({ rows }) => rows <= tokens);
  const gflops = Math.max(...multiplied.map((p) => p.gflops));
  return report.weightBytes / memory.read / 1e6 + operationsOf({ tokens, scored: tokens }, report) / gflops / 1e6;
}

/** What to do where a pass over a large model takes far longer than the card would: it says nothing itself. */
export function adviseOnPass({ ms, expected }: PassRate, { weightBytes }: ModelReport): Advice[] {
  if (weightBytes < MANY_BYTES || ms < TOO_LONG * expected) return [];
  return [
    {
      trouble: `A pass over the open model takes ${(ms / expected).toFixed(0)} times what this card takes for as much: some of what it works on may have been paged out of the card’s memory.`,
      remedy:
        'Close other programs that use the card, choose a smaller model or precision, or have its weights streamed.',
    },
  ];
}
