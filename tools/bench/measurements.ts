import { measureCalls, measureMemory, measurePeak } from '../../src/engine/probe/basics';
import { BenchTop } from '../../src/engine/probe/bench-top';
import { tellAdapter } from '../../src/gpu/adapter-name';
import type { Gpu } from '../../src/gpu/gpu';
import type { Environment } from '../../src/lab/place/environment';
import { measureBenchmarks } from './benchmarks';
import { measureConversion } from './conversion';
import { measureOpening, measureStreamedPass } from './from-files';
import { measureKernelTimes } from './kernel-times';
import { sweepMatmul } from './matmul-sweep';
import {
  measureDecode,
  measureGradient,
  measureLeaveOneOut,
  measureMoments,
  measureTraining,
  openOurs,
  prefill,
} from './ours';
import type { Peer } from './peer';
import { measureWays } from './products';
import { PREFILL_TOKENS } from './shape';
import { measureBudget, measureGreedyCurve, measureShapleySampling } from './sharing';
import { measureStoredTypes } from './stored-types';
import { measureSevenB, measureSome } from './streaming';
import { median, takeTurns } from './timing';

/** Rounds of a prefill by each engine, after one to warm up. */
const PREFILL_ROUNDS = 5;

/** What can be measured with a page and without, each by itself; called by name. */
export async function openMeasurements(
  gpu: Gpu,
  environment: Environment,
  openPeer: () => Promise<Peer | undefined> = async () => undefined,
) {
  const engine = await openOurs(gpu);
  const top = new BenchTop(gpu);
  return {
    adapter: async () => ({ ...gpu.facts, name: tellAdapter(gpu.facts), matmul: engine.rates }),

    /** Both engines in turn; the ratio is of the medians. */
    async prefill() {
      const peer = await openPeer();
      const tokensPerSecond = (times: readonly number[]) => (1000 * PREFILL_TOKENS) / median(times);
      const [ours, theirs] = await takeTurns(
        [() => prefill(engine, PREFILL_TOKENS), ...(peer ? [() => peer.prefill(PREFILL_TOKENS)] : [])],
        PREFILL_ROUNDS,
      );
      return {
        tokens: PREFILL_TOKENS,
        tokensPerSecond: tokensPerSecond(ours!),
        peer: peer && theirs && { version: peer.version, tokensPerSecond: tokensPerSecond(theirs) },
        milliseconds: { ours, theirs },
        ratio: theirs && median(theirs) / median(ours!),
      };
    },

    decode: async () => measureDecode(engine, gpu.device, await openPeer()),
    storedTypes: () => measureStoredTypes(gpu),
    streaming: () => measureSome(gpu),
    sevenB: () => measureSevenB(gpu, 'F16'),
    sevenBInBlocks: () => measureSevenB(gpu, 'Q4_0'),
    sevenBMadeInBlocks: () => measureSevenB(gpu, 'Q4_0 made while loading'),
    conversion: () => measureConversion(),
    streamedPass: () => measureStreamedPass(environment),
    opening: () => measureOpening(environment),
    leaveOneOut: () => measureLeaveOneOut(engine),
    gradient: () => measureGradient(engine),
    moments: () => measureMoments(engine),
    training: () => measureTraining(engine),
    greedyCurve: () => measureGreedyCurve(engine),
    shapley: () => measureShapleySampling(engine),
    budget: () => measureBudget(engine),
    benchmarks: () => measureBenchmarks(environment),

    /** What a call costs, and memory, whatever is computed. */
    basics: async () => ({ memory: await measureMemory(top), calls: await measureCalls(top) }),

    async matmul() {
      const peak = await measurePeak(top);
      const products = await sweepMatmul(engine.machine);
      return { peakGflops: peak, products: products.map((p) => ({ ...p, share: p.gflops / peak })) };
    },

    ways: () => measureWays(top, engine.rates.choice),
    kernels: () => measureKernelTimes(engine),
    memory: async () => engine.memory(),
  };
}
