import type { KernelRates } from '../../src/engine/autotune';
import { FULL, without } from '../../src/engine/branch';
import { Engine } from '../../src/engine/engine';
import { packTokens } from '../../src/engine/pack';
import type { Gpu } from '../../src/gpu/gpu';
import { continuePrompt } from '../../src/lab/exam/generate';
import { median } from '../bench/timing';
import { type ModelShape, patternedModel } from './patterned-model';

export interface RunningRates {
  readonly weightBytes: number;
  /** GB/s of weights from the program's memory to the adapter. */
  readonly loading: number;
  readonly prefill: readonly { readonly tokens: number; readonly tokensPerSecond: number }[];
  readonly decode: readonly {
    readonly texts: number;
    /** Tokens of each text before. */
    readonly tokens: number;
    readonly tokensPerSecond: number;
    /** GB/s of weights, as though each was read once a step. */
    readonly weightRate: number;
    readonly dispatches: number;
    readonly submits: number;
    readonly maps: number;
    readonly bytesWritten: number;
    /** Milliseconds from a step's beginning until the last of it is submitted: the program's own time. */
    readonly recording: number;
  }[];
  /** As the page and `lopper generate` write: whole logits come back, and of each token the ten likeliest are told. */
  readonly writing: readonly {
    /** Side by side, a token of each in turn. */
    readonly models: number;
    readonly temperature: number;
    /** Of each model. */
    readonly tokensPerSecond: number;
  }[];
}

const STEPS = 12;

/** Models side by side, and how their tokens are drawn. */
const WRITING = [
  [1, 0],
  [1, 1],
  [2, 0],
] as const;

/** Loads a model of this shape, has it read and write, and counts what each step asks of the device. */
export async function measureRunning(
  gpu: Gpu,
  rates: KernelRates,
  shape: ModelShape,
  prefills: readonly number[],
  decodes: readonly (readonly [texts: number, tokens: number])[],
): Promise<RunningRates> {
  const [spec, tensors] = patternedModel(shape);
  const weightBytes = [...tensors.values()].reduce((sum, t) => sum + t.end - t.start, 0);
  const begin = performance.now();
  const engine = await Engine.open(gpu, spec, tensors, { rates, streaming: 'never' });
  const loading = weightBytes / (performance.now() - begin) / 1e6;
  const ids = (count: number, from: number) =>
    Array.from({ length: count }, (_, i) => (i * 7919 + from * 31 + 13) % shape.vocabulary);
  try {
    const prefill: RunningRates['prefill'][number][] = [];
    for (const tokens of prefills) {
      const tree = packTokens([{ ids: ids(tokens, 0), scoreFrom: 1 }]);
      const times: number[] = [];
      for (let i = 0; i < 4; i++) {
        const started = performance.now();
        await engine.walk(tree, [FULL]);
        if (i > 0) times.push(performance.now() - started);
      }
      prefill.push({ tokens, tokensPerSecond: (1000 * tokens) / median(times) });
    }
    const decode: RunningRates['decode'][number][] = [];
    for (const [texts, tokens] of decodes) {
      const prompts = Array.from({ length: texts }, (_, t) => ids(tokens, t));
      const decoder = await engine.decoder(FULL, prompts, STEPS + 2, { likeliest: true });
      const step = () =>
        decoder.step(prompts.map((_, sequence) => ({ sequence, id: decoder.likeliest[sequence] ?? 0 })));
      await step();
      await step();
      const { counts, stop } = count(gpu.device, engine);
      const times: number[] = [];
      const recordings: number[] = [];
      for (let i = 2; i < STEPS; i++) {
        const started = performance.now();
        await step();
        times.push(performance.now() - started);
        recordings.push(counts.submittedAt - started);
      }
      stop();
      decoder.dispose();
      const ms = median(times);
      const of = (total: number) => total / times.length;
      decode.push({
        ...{ texts, tokens, tokensPerSecond: (1000 * texts) / ms, weightRate: weightBytes / ms / 1e6 },
        ...{ dispatches: of(counts.dispatches), submits: of(counts.submits) },
        ...{ maps: of(counts.maps), bytesWritten: of(counts.bytesWritten), recording: median(recordings) },
      });
    }
    const writing: RunningRates['writing'][number][] = [];
    for (const [models, temperature] of WRITING) {
      const { branches } = await continuePrompt(engine, [FULL, without([1])].slice(0, models), ids(16, 0), {
        ...{ maxTokens: 2 * STEPS, temperature, seed: 1, eosIds: [] },
        tokenizer: { decode: (said) => said.join(' '), tokenText: String },
        onToken: () => undefined, // all of it is worked out
      });
      const steps = branches.map(({ stepMilliseconds }) => median(stepMilliseconds));
      const ms = steps.reduce((sum, step) => sum + step, 0);
      writing.push({ models, temperature, tokensPerSecond: 1000 / ms });
    }
    return { weightBytes, loading, prefill, decode, writing };
  } finally {
    engine.dispose();
  }
}

/** Counts what a device is asked, until it is stopped. */
function count(device: GPUDevice, engine: Engine) {
  const counts = { dispatches: 0, submits: 0, maps: 0, bytesWritten: 0, submittedAt: 0 };
  const { queue } = device;
  const { recorder } = engine.machine;
  const { submit, writeBuffer } = queue;
  const { dispatch, read } = recorder;
  queue.submit = (buffers) => {
    counts.submits++;
    submit.call(queue, buffers);
    counts.submittedAt = performance.now();
    return undefined;
  };
  queue.writeBuffer = (buffer, offset, data, from?: number, size?: number) => {
    const { byteLength } = data;
    counts.bytesWritten += size ?? byteLength;
    return writeBuffer.call(queue, buffer, offset, data as ArrayBuffer, from, size);
  };
  recorder.dispatch = (...asked) => {
    const [, , , groups] = asked;
    if (groups[0] * groups[1] > 0) counts.dispatches++;
    dispatch.apply(recorder, asked);
  };
  recorder.read = (...asked) => {
    counts.maps++;
    return read.apply(recorder, asked);
  };
  const stop = () => {
    Object.assign(queue, { submit, writeBuffer });
    Object.assign(recorder, { dispatch, read });
  };
  return { counts, stop };
}
