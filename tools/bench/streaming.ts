import type { KernelRates } from '../../src/engine/autotune';
import { FULL, without } from '../../src/engine/branch';
import { Engine } from '../../src/engine/engine';
import { packTokens } from '../../src/engine/pack';
import type { TensorInfo, TensorMap } from '../../src/formats/tensor';
import { Gpu } from '../../src/gpu/gpu';
import { describe } from '../../src/model/describe';
import { atPrecision, type Precision } from '../../src/model/precision';
import { type ModelShape, patternedConfig, patternedModel } from '../check/patterned-model';

/** Of Llama-2-7B: 13.5 GB in 16 bits. */
export const SEVEN_B: ModelShape = {
  ...{ blocks: 32, width: 4096, heads: 32, kvHeads: 32, ffnWidth: 11_008, vocabulary: 32_000, tied: false },
};

/** What can be walked in a moment: 200 MB in 16 bits. */
const SOME: ModelShape = {
  ...{ blocks: 8, width: 1024, heads: 16, kvHeads: 8, ffnWidth: 3072, vocabulary: 8192, tied: false },
};

/** What streams: numbers of 16 bits, blocks of 4 bits as a GGUF has them, and such blocks made of the first while loading. */
const WEIGHTS = {
  F16: ['F16', 'published'],
  Q4_0: ['Q4_0', 'published'],
  'Q4_0 made while loading': ['F16', 'q4'],
} as const satisfies Record<string, readonly ['F16' | 'Q4_0', Precision]>;
export type Weights = keyof typeof WEIGHTS;

export async function measureSome(gpu: Gpu): Promise<StreamingResult[]> {
  const results: StreamingResult[] = [];
  for (const weights of Object.keys(WEIGHTS) as Weights[]) results.push(await measureStreaming(gpu, SOME, weights));
  return results;
}

export const measureSevenB = async (gpu: Gpu, weights: Weights): Promise<StreamingResult[]> => [
  await measureStreaming(gpu, SEVEN_B, weights),
];

export interface StreamingResult {
  readonly weights: Weights;
  readonly weightBytes: number;
  readonly tokens: number;
  readonly masks: number;
  readonly seconds: number;
  /** Of weights, in the walk; the seconds that took, most of them beside the work; and those in which the work waited. */
  readonly bytesRead: number;
  readonly readingSeconds: number;
  readonly waitedSeconds: number;
  /** The most at once, bytes: on the GPU, and of the whole process, where that can be told. Software adapters' memory is the process's. */
  readonly gpuPeak: number;
  readonly processPeak?: number;
  /** The largest piece that was asked of a file. */
  readonly largestRead: number;
  readonly losses: readonly number[];
}

/** Walks a made-up model, of which no file is anywhere, with streamed weights and several masks; what that takes at most. */
export async function measureStreaming(
  { device, facts }: Gpu,
  shape: ModelShape,
  weights: Weights,
  rates?: KernelRates,
): Promise<StreamingResult> {
  const tokens = 16;
  const gpu = new Gpu(device, facts);
  const [matrices, precision] = WEIGHTS[weights];
  const [published, files] = patternedModel(shape, matrices);
  const watch = watchReads(files);
  const tensors = atPrecision(published, watch.tensors, precision);
  const spec = describe(patternedConfig(shape), tensors);
  const process = watchProcess();
  const engine = await Engine.open(gpu, spec, tensors, { streaming: 'always', rates });
  try {
    const masks = [FULL, without([2, 3]), without([2 * shape.blocks - 2])];
    const started = performance.now();
    const ids = Array.from({ length: tokens }, (_, i) => (i * 7919 + 13) % shape.vocabulary);
    const walked = await engine.walk(packTokens([{ ids, scoreFrom: 1 }]), masks);
    const seconds = (performance.now() - started) / 1000;
    const { peak, reading } = engine.memory();
    const weightBytes = [...spec.shapes.keys()].reduce((sum, name) => {
      const { start, end } = tensors.get(name)!;
      return sum + end - start;
    }, 0);
    return {
      ...{ weights, weightBytes, tokens, masks: masks.length, seconds, gpuPeak: peak },
      ...{ bytesRead: reading!.bytes, readingSeconds: reading!.seconds, waitedSeconds: reading!.waited },
      largestRead: watch.largest(),
      ...(process && { processPeak: process.peak() }),
      losses: walked.branches.map(({ logprob }) => -logprob.reduce((sum, x) => sum + x, 0) / logprob.length),
    };
  } finally {
    process?.stop();
    engine.dispose();
  }
}

function watchReads(files: TensorMap): { tensors: TensorMap; largest(): number } {
  let largest = 0;
  const tensors = new Map(
    Array.from(files, ([name, tensor]): [string, TensorInfo] => {
      const read: TensorInfo['source']['read'] = (start, end, signal) => {
        largest = Math.max(largest, end - start);
        return tensor.source.read(start, end, signal);
      };
      return [name, { ...tensor, source: { ...tensor.source, read } }];
    }),
  );
  return { tensors, largest: () => largest };
}

const SAMPLE_MS = 20;

/** Of this process, bytes in memory now, and at most from now on; undefined in a page. */
export function watchProcess(): { readonly before: number; peak(): number; stop(): void } | undefined {
  const { process } = globalThis as { process?: { memoryUsage?: { rss(): number } } };
  const rss = process?.memoryUsage?.rss;
  if (!rss) return undefined;
  const before = rss();
  let peak = before;
  const look = () => {
    peak = Math.max(peak, rss());
    return peak;
  };
  const timer = setInterval(look, SAMPLE_MS);
  return { before, peak: look, stop: () => clearInterval(timer) };
}
