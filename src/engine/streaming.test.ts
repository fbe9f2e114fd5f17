/** Weights that stream through a card: no machine's own clock, but one that runs as far as the next thing that ends. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TensorMap } from '../formats/tensor';
import type { Gpu } from '../gpu/gpu';
import type { Recorder } from '../gpu/recorder';
import { parseConfig } from '../model/config';
import { layoutOf } from '../model/describe';
import type { ModelSpec } from '../model/spec';
import type { Dispatcher } from './kernels/dispatcher';
import { aheadBytes, streamed } from './residency';
import { WeightLoader } from './weights';

const BLOCKS = 6;
/** Of the shape of Llama-2-7B in 16 bits, with fewer blocks: 134 MB of attention, 271 MB of feed-forward. */
const { shapes, ...LAYOUT } = layoutOf(
  parseConfig(
    JSON.stringify({
      ...{ model_type: 'llama', hidden_size: 4096, num_attention_heads: 32, intermediate_size: 11_008 },
      ...{ num_hidden_layers: BLOCKS, vocab_size: 1000 },
    }),
  ),
);
const SPEC = { ...LAYOUT, dtype: 'F16' } as unknown as ModelSpec;
const NAMES = [...shapes.keys()].filter((name) => name.includes('layers.'));
const BYTES = NAMES.reduce((sum, name) => sum + 2 * shapes.get(name)!.reduce((product, n) => product * n, 1), 0);

/** What a recorder submits at once, in milliseconds, and how many of that may be on their way. */
const [PIECE, IN_FLIGHT] = [60, 2];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A disk that takes so many milliseconds for a pass, one piece after the other; nothing holds what it gives. */
function disk(reading: number): TensorMap {
  const zeros = new Uint8Array(8 * 2 ** 20);
  let freeAt = 0;
  const read = async (start: number, end: number) => {
    freeAt = Math.max(freeAt, performance.now()) + (reading * (end - start)) / BYTES;
    await after(freeAt - performance.now());
    return zeros.subarray(0, end - start);
  };
  return new Map(
    NAMES.map((name) => {
      const shape = shapes.get(name)!;
      const size = 2 * shape.reduce((product, n) => product * n, 1);
      return [name, { name, dtype: 'F16', shape, source: { name, size, read }, start: 0, end: size }];
    }),
  );
}

/** A card that takes what it is handed in order: bytes at once, work in its time. */
function card() {
  let freeAt = 0;
  let held = 0;
  let most = 0;
  const wait = () => after(Math.max(0, freeAt - performance.now()));
  const queue = {
    writeBuffer(_to: unknown, _at: number, { byteLength }: Uint8Array) {
      held += byteLength;
      most = Math.max(most, held);
      void wait().then(() => {
        held -= byteLength;
      });
    },
  };
  return {
    work: (ms: number) => {
      freeAt = Math.max(freeAt, performance.now()) + ms;
    },
    /** Most bytes that were handed over and not taken. */
    mostHeld: () => most,
    gpu: {
      facts: { limits: { maxStorageBufferBindingSize: 2 ** 30 } },
      device: { queue },
      check: () => undefined,
      idle: wait,
      allocate: async (_: string, bytes: number) => ({ raw: {}, bytes }),
    } as unknown as Gpu,
  };
}

/** Milliseconds that a walk takes whose reading and whose work alone take so long, and the most bytes that lay before the card. */
async function walked(reading: number, working: number) {
  const { gpu, work, mostHeld } = card();
  const running: Promise<void>[] = [];
  let recorded = 0;
  const flush = async () => {
    for (; recorded > 0; recorded -= Math.min(recorded, PIECE)) {
      work(Math.min(recorded, PIECE));
      running.push(gpu.idle());
      while (running.length >= IN_FLIGHT) await running.shift();
    }
  };
  const recorder = { flush } as unknown as Recorder;
  const tensors = disk(reading);
  const loader = new WeightLoader(gpu, recorder, {} as Dispatcher, tensors, {
    inFlightBytes: aheadBytes(SPEC, tensors),
  });
  const residency = streamed(SPEC, loader, recorder);
  const begun = performance.now();
  const walk = async () => {
    for (const [index, sublayer] of SPEC.sublayers.entries()) {
      await residency.acquire(index, index + 1 < SPEC.sublayers.length ? index + 1 : undefined);
      recorded += (working / BLOCKS) * (sublayer.kind === 'attn' ? 1 / 3 : 2 / 3);
    }
    await flush();
    await gpu.idle();
  };
  const done = walk();
  await vi.runAllTimersAsync();
  await done;
  return { ms: performance.now() - begun, mostHeld: mostHeld(), bound: aheadBytes(SPEC, tensors) };
}

describe('a streamed walk', () => {
  it.each([
    ['reading takes twice as long as working', 1000, 500],
    ['both take as long', 1000, 1000],
    ['both take as long, and a layer many submissions', 5000, 5000],
    ['working takes half as long again', 1000, 1500],
    ['working takes half as long again, and a layer many submissions', 5000, 7500],
    ['working takes three times as long', 1000, 3000],
  ])('takes as long as the longer of reading and working: %s', async (_, reading, working) => {
    const { ms, mostHeld, bound } = await walked(reading, working);
    // Beside the first sublayer, which nothing can be done before, and the last, after which nothing is read.
    const alone = (reading / 3 + (2 * working) / 3) / BLOCKS;
    expect(ms).toBeLessThan(1.05 * (Math.max(reading, working) + alone));
    expect(mostHeld).toBeLessThan(bound + 16 * 2 ** 20);
  });
});
