import { openGpu } from '../../src/gpu/gpu';
import { measureBenchmarks } from './benchmarks';
import { measureKernelTimes } from './kernel-times';
import { sweepMatmul } from './matmul-sweep';
import { measureDecode, measureGradient, measureLeaveOneOut, measureTraining, openOurs, prefill } from './ours';
import { measurePeak } from './peak';
import { openPeer } from './peer';
import { PREFILL_TOKENS } from './shape';
import { measureBudget, measureGreedyCurve, measureShapleySampling } from './sharing';
import { median, takeTurns } from './timing';
import { measureToggles } from './toggle';

/** Rounds of a prefill by each engine, after one to warm up. */
const PREFILL_ROUNDS = 5;

const gpu = await openGpu(navigator.gpu);
const engine = await openOurs(gpu);

/** What can be measured, each by itself; called from Node by name. */
const measurements = {
  adapter: async () => ({ ...gpu.facts, matmul: engine.rates }),

  /** Both engines in turn; the ratio is of the medians. */
  async prefill() {
    const peer = await openPeer('/bench/peer.onnx');
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

  decode: () => measureDecode(engine, gpu.device),
  leaveOneOut: () => measureLeaveOneOut(engine),
  gradient: () => measureGradient(engine),
  training: () => measureTraining(engine),
  greedyCurve: () => measureGreedyCurve(engine),
  shapley: () => measureShapleySampling(engine),
  budget: () => measureBudget(engine),
  toggle: measureToggles,
  benchmarks: measureBenchmarks,

  async matmul() {
    const peak = await measurePeak(gpu.device);
    const products = await sweepMatmul(engine.machine);
    return { peakGflops: peak, products: products.map((p) => ({ ...p, share: p.gflops / peak })) };
  },

  kernels: () => measureKernelTimes(engine),
  memory: async () => engine.memory(),
};

export type Measurements = { [K in keyof typeof measurements]: Awaited<ReturnType<(typeof measurements)[K]>> };
Object.assign(globalThis, { measurements });
