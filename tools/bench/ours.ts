import { type Branch, FULL, without } from '../../src/engine/branch';
import { Engine } from '../../src/engine/engine';
import { momentsOf } from '../../src/engine/observers/moments';
import { packTokens } from '../../src/engine/pack';
import { openWeights } from '../../src/formats/safetensors';
import type { Gpu } from '../../src/gpu/gpu';
import { parseConfig } from '../../src/model/config';
import { describe as describeModel } from '../../src/model/describe';
import { sublayerAt } from '../../src/model/units';
import { initAdam, PLAIN_RATES } from '../../src/recovery/training';
import type { Peer } from './peer';
import { randomModel } from './random-model';
import { PREFILL_TOKENS, SHAPE, tokens } from './shape';
import { median, takeTurns } from './timing';

const DECODE_PROMPT_TOKENS = 16;
const DECODE_WARM_UP_STEPS = 4;
const DECODE_STEPS = 64;

/** Steps that the peer takes in turn with ours: one takes it a second on a software adapter, whether it has met the length before or not. */
const PEER_STEPS = 16;

/** Lopper's engine on the shape all prefill and decode figures are for. */
export async function openOurs(gpu: Gpu): Promise<Engine> {
  const files = randomModel();
  const tensors = await openWeights(files);
  const spec = describeModel(parseConfig(await files.text('config.json')), tensors);
  return Engine.open(gpu, spec, tensors);
}

/** Runs a prompt through the model, every token of it scored. */
export async function prefill(engine: Engine, length: number): Promise<void> {
  const tree = packTokens([{ ids: tokens(length), scoreFrom: 1 }]);
  const { branches } = await engine.walk(tree, [FULL]);
  if (!branches[0]!.logprob.every(Number.isFinite)) throw new Error('The prefill gave numbers that are not finite.');
}

export interface DecodeResult {
  readonly tokensPerSecond: number;
  /** Buffers and bind groups made for each token. */
  readonly allocationsPerToken: number;
  readonly peer?: { readonly version: string; readonly tokensPerSecond: number };
}

/** Greedy decoding of one sequence; where there is a peer, the two take turns, a token each. */
export async function measureDecode(engine: Engine, device: GPUDevice, peer?: Peer): Promise<DecodeResult> {
  const decoder = await engine.decoder(FULL, [tokens(DECODE_PROMPT_TOKENS)], DECODE_WARM_UP_STEPS + DECODE_STEPS + 1);
  const step = () => {
    const logits = decoder.logits[0]!;
    return decoder.step([{ sequence: 0, id: logits.indexOf(Math.max(...logits)) }]);
  };
  for (let i = 0; i < DECODE_WARM_UP_STEPS; i++) await step();
  const theirs = await peer?.write(DECODE_PROMPT_TOKENS);
  for (let i = 0; theirs && i < DECODE_WARM_UP_STEPS; i++) await theirs.step();
  const allocations = countAllocations(device);
  const [times, peerTimes] = await takeTurns([step, ...(theirs ? [theirs.step] : [])], PEER_STEPS, 0);
  times!.push(...(await takeTurns([step], DECODE_STEPS - PEER_STEPS, 0))[0]!);
  const made = allocations.stop();
  decoder.dispose();
  theirs?.close();
  return {
    tokensPerSecond: 1000 / median(times!),
    allocationsPerToken: made / DECODE_STEPS,
    peer: peer && peerTimes && { version: peer.version, tokensPerSecond: 1000 / median(peerTimes) },
  };
}

/** Counts what the device is asked to make, until stopped. */
function countAllocations(device: GPUDevice): { stop(): number } {
  let count = 0;
  const { createBuffer, createBindGroup } = device;
  device.createBuffer = (descriptor) => {
    count++;
    return createBuffer.call(device, descriptor);
  };
  device.createBindGroup = (descriptor) => {
    count++;
    return createBindGroup.call(device, descriptor);
  };
  return {
    stop() {
      Object.assign(device, { createBuffer, createBindGroup });
      return count;
    },
  };
}

export interface GradientResult {
  readonly tokens: number;
  readonly walkMs: number;
  /** Gradient influence of every unit. */
  readonly gradientMs: number;
}

/** Gradient influence of every unit, there and back, beside a plain walk of the same text. */
export async function measureGradient(engine: Engine): Promise<GradientResult> {
  const tree = packTokens([{ ids: tokens(PREFILL_TOKENS), scoreFrom: 1 }]);
  const gradient = async () => {
    const { loss } = await engine.gradientInfluence(tree, FULL);
    if (!Number.isFinite(loss)) throw new Error('The gradient gave numbers that are not finite.');
  };
  const [walkTimes, gradientTimes] = await takeTurns([() => prefill(engine, PREFILL_TOKENS), gradient], 5);
  return { tokens: PREFILL_TOKENS, walkMs: median(walkTimes!), gradientMs: median(gradientTimes!) };
}

export interface MomentsResult {
  readonly tokens: number;
  readonly walkMs: number;
  /** Mean updates of every sublayer, in one walk. */
  readonly updatesMs: number;
  /** The sums that a closed form for each of them is solved from, likewise. */
  readonly sumsMs: number;
}

/** What is learned of every sublayer to fit what may stand in its place, beside a plain walk of the same text. */
export async function measureMoments(engine: Engine): Promise<MomentsResult> {
  const tree = packTokens([{ ids: tokens(PREFILL_TOKENS), scoreFrom: 1 }]);
  const observing = (products: boolean) => async () => {
    const observe = Array.from({ length: 2 * SHAPE.blocks }, (_, i) => ({
      branch: 0,
      observer: momentsOf([sublayerAt(i)], { products }),
    }));
    const { observed } = await engine.walk(tree, [FULL], { observe });
    if (!observed.every(({ tt }) => tt.every(Number.isFinite))) throw new Error('The sums are not finite.');
  };
  const [walkTimes, updatesTimes, sumsTimes] = await takeTurns(
    [() => prefill(engine, PREFILL_TOKENS), observing(false), observing(true)],
    5,
  );
  const [walkMs, updatesMs, sumsMs] = [walkTimes, updatesTimes, sumsTimes].map((times) => median(times!));
  return { tokens: PREFILL_TOKENS, walkMs: walkMs!, updatesMs: updatesMs!, sumsMs: sumsMs! };
}

export interface TrainingResult {
  readonly tokens: number;
  readonly walkMs: number;
  readonly stepMs: number;
}

/** A step of training towards what the full model predicts, with a map of rank 8 in the place of block 4, beside a plain walk. */
export async function measureTraining(engine: Engine): Promise<TrainingResult> {
  const half = PREFILL_TOKENS / 2;
  const windows = [tokens(PREFILL_TOKENS).slice(0, half), tokens(PREFILL_TOKENS).slice(half)];
  const tree = packTokens(windows.map((ids) => ({ ids, scoreFrom: 1 })));
  const numbers = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i) / SHAPE.width);
  const [bias, map] = [numbers(SHAPE.width), { rank: 8, a: numbers(8 * SHAPE.width), b: numbers(8 * SHAPE.width) }];
  const unit = { kind: 'block', block: 4 } as const;
  const state = initAdam([{ unit, module: { strength: 1, bias, map } }], [PLAIN_RATES]);
  const trainer = await engine.trainer(state, { kind: 'kl', temperature: 1 });
  const step = async () => {
    const { loss } = await trainer.step([tree], 1e-4);
    if (!Number.isFinite(loss)) throw new Error('Training gave numbers that are not finite.');
  };
  const [walkTimes, stepTimes] = await takeTurns([() => engine.walk(tree, [FULL]), step], 5);
  trainer.dispose();
  return { tokens: PREFILL_TOKENS, walkMs: median(walkTimes!), stepMs: median(stepTimes!) };
}

export interface LeaveOneOutResult {
  readonly branches: number;
  readonly togetherMs: number;
  readonly naiveMs: number;
  /** Largest difference between the two ways' losses, nats: they must agree. */
  readonly largestDifference: number;
}

/** Leave-one-out over all sublayers: one walk with a branch for each, against the same kernels in a walk for each. */
export async function measureLeaveOneOut(engine: Engine): Promise<LeaveOneOutResult> {
  const tree = packTokens([{ ids: tokens(PREFILL_TOKENS), scoreFrom: 1 }]);
  const drops: Branch[] = [FULL, ...Array.from({ length: 2 * SHAPE.blocks }, (_, i) => without([i]))];
  const loss = ({ logprob }: { logprob: Float32Array }) => -logprob.reduce((sum, v) => sum + v, 0) / logprob.length;
  let together: number[] = [];
  let naive: number[] = [];
  const [togetherTimes, naiveTimes] = await takeTurns(
    [
      async () => {
        together = (await engine.walk(tree, drops)).branches.map(loss);
      },
      async () => {
        naive = [];
        for (const drop of drops) naive.push(loss((await engine.walk(tree, [drop])).branches[0]!));
      },
    ],
    2,
    1,
  );
  return {
    branches: drops.length,
    togetherMs: median(togetherTimes!),
    naiveMs: median(naiveTimes!),
    largestDifference: Math.max(...together.map((value, i) => Math.abs(value - naive[i]!))),
  };
}
