import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LopperError } from '../errors';
import { type Dtype, widen } from '../formats/dtypes';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import { expectFailure } from '../formats/testing';
import { Gpu } from '../gpu/gpu';
import type { ModelSpec } from '../model/spec';
import { FULL, without } from './branch';
import { Engine } from './engine';
import { hasModels, RATES, readJson, readModel, scored, sharedGpu, tensorOf, worst } from './testing/gpu';

let gpu: Gpu;
beforeAll(async () => {
  if (hasModels) gpu = await sharedGpu();
});
const NOTHING = { weights: 0, activations: 0, cache: 0 };
afterEach(() => {
  if (gpu) expect(gpu.memory()).toEqual(NOTHING);
});

/** The same device, as if it could bind no more than this at once. */
const limited = (bytes: number): Gpu =>
  new Gpu(gpu.device, { ...gpu.facts, limits: { ...gpu.facts.limits, maxStorageBufferBindingSize: bytes } });

/** Tells of each read before it happens; `at` may throw or abort. */
function watched(tensors: TensorMap, at: (read: number) => void): TensorMap {
  let count = 0;
  return new Map(
    Array.from(tensors, ([name, t]): [string, TensorInfo] => [
      name,
      {
        ...t,
        source: {
          name: t.source.name,
          size: t.source.size,
          read: (start, end, signal) => {
            at(count++);
            return t.source.read(start, end, signal);
          },
        },
      },
    ]),
  );
}

/** The tensor with every number widened. */
async function inF32(tensors: TensorMap, name: string): Promise<TensorInfo> {
  const t = tensors.get(name)!;
  const values = widen(await t.source.read(t.start, t.end), t.dtype as Dtype);
  return tensorOf(name, 'F32', t.shape, new Uint8Array(values.buffer));
}

describe.skipIf(!hasModels)('a model in many parts', () => {
  it.each([
    ['random/llama', 2048],
    ['random/gpt_neox', 800],
  ])('%s on an adapter that binds %i bytes at once: the golden loss', async (folder, limit) => {
    const small = limited(limit);
    const golden = readJson(`${folder}/golden.json`);
    const [spec, tensors] = await readModel(folder);
    const engine = await Engine.open(small, spec, tensors, { rates: RATES });
    const { machine } = engine;
    expect(machine.embedding.parts.length).toBeGreaterThan(6);
    expect(machine.head.parts.length).toBeGreaterThan(6);
    const up = (await machine.residency.acquire(1)) as { up: typeof machine.head };
    expect(up.up.parts.length).toBeGreaterThan(8);
    const tree = scored(golden.windows);
    const { branches } = await engine.walk(tree, [FULL], { logitRows: [tree.lastRows[0]] });
    const nll = tree.pairs.flatMap((p) => Array.from(p, (i) => -branches[0].logprob[i]));
    const loss = nll.reduce((a, b) => a + b, 0) / nll.length;
    expect(Math.abs(loss / golden.loss - 1)).toBeLessThan(5e-4);
    expect(worst(branches[0].logits[0], golden.last_logits_first_window)).toBeLessThan(2e-3);
    engine.dispose();
    expect(small.memory()).toEqual(NOTHING);
  });
});

describe.skipIf(!hasModels)('a model that cannot be loaded', () => {
  it('for the adapter is refused before a byte is read', async () => {
    const [spec, tensors] = await readModel('random/llama');
    const guarded = watched(tensors, () => expect.unreachable('a weight was read'));
    const small = limited(191); // a gate row and its up row are 96 bytes each
    await expectFailure(
      Engine.open(small, spec, guarded, { rates: RATES }),
      'model-too-large',
      'model.layers.0.mlp.gate_proj.weight',
      '191',
    );
    expect(small.memory()).toEqual(NOTHING);
  });
});

describe.skipIf(!hasModels)('a model with norms in F32 and weights in BF16, as some are published', () => {
  it('loads and gives the same numbers', async () => {
    const [spec, tensors] = await readModel('random/llama');
    const norms = [...spec.shapes.keys()].filter((n) => n.includes('norm'));
    const mixed = new Map(tensors);
    for (const name of norms) mixed.set(name, await inF32(tensors, name));
    const of = async (map: TensorMap) => {
      const engine = await Engine.open(gpu, spec, map, { rates: RATES });
      const { branches } = await engine.walk(scored([[1, 2, 3, 4]]), [FULL]);
      engine.dispose();
      return branches[0].logprob;
    };
    expect(await of(mixed)).toEqual(await of(tensors));
  });
});

describe.skipIf(!hasModels)('loading that is interrupted gives everything back, wherever it was', () => {
  /** Opens the model once for each read there is (or each `step`th), interrupted at it. */
  async function interrupt(
    [spec, tensors]: [ModelSpec, TensorMap],
    how: (controller: AbortController) => void,
    check: (error: unknown) => void,
    step = 1,
  ): Promise<void> {
    let reads = 0;
    (
      await Engine.open(
        gpu,
        spec,
        watched(tensors, () => reads++),
        { rates: RATES, streaming: 'never' },
      )
    ).dispose();
    expect(reads).toBeGreaterThan(20);
    const leaks: string[] = [];
    for (let stop = 0; stop < reads; stop += step) {
      const controller = new AbortController();
      const cut = watched(tensors, (read) => {
        if (read === stop) how(controller);
      });
      const options = { rates: RATES, streaming: 'never', signal: controller.signal } as const;
      const error = await Engine.open(gpu, spec, cut, options).then(
        (engine) => engine.dispose(),
        (e: unknown) => e,
      );
      // A cancel during the last read may come too late; then the model is there.
      if (stop < reads - 1 || error) check(error);
      const { weights, activations } = gpu.memory();
      if (weights > 0 || activations > 0) leaks.push(`read ${stop} of ${reads} left ${weights + activations} bytes`);
      if (leaks.length > 0) break;
    }
    expect(leaks).toEqual([]);
  }

  it.each([
    ['random/qwen3', 1],
    ['random/gpt2', 5], // blocks of 12 reads: these are different ones in each
  ])('%s: cancelled', async (folder, step) => {
    await interrupt(
      await readModel(folder),
      (c) => c.abort(),
      (error) => expect((error as LopperError).code).toBe('cancelled'),
      step,
    );
  });

  it('random/qwen2: the file ends too early', async () => {
    await interrupt(
      await readModel('random/qwen2'),
      () => {
        throw new LopperError('download-cut', 'The file ended too early.', 'Try the download again.');
      },
      (error) => expect((error as LopperError).code).toBe('download-cut'),
      5,
    );
  });

  it('tells how far it is, up to all of it', async () => {
    const [spec, tensors] = await readModel('random/llama');
    const fractions: number[] = [];
    const engine = await Engine.open(gpu, spec, tensors, { rates: RATES, onProgress: (f) => fractions.push(f) });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    engine.dispose();
  });
});

describe.skipIf(!hasModels)('a streamed model', () => {
  it('keeps a few sublayers only, reads them anew for each walk and survives a failed read', async () => {
    const [spec, tensors] = await readModel('random/llama');
    let fail = false;
    const source = watched(tensors, () => {
      if (fail) throw new LopperError('download-cut', 'The file ended too early.', 'Try the download again.');
    });
    const whole = await Engine.open(gpu, spec, tensors, { rates: RATES, streaming: 'never' });
    const tree = scored([[1, 2, 3, 4, 5, 6]]);
    const masks = [FULL, without([2, 3])];
    const want = await whole.walk(tree, masks);
    const all = whole.memory().weights;
    whole.dispose();
    const engine = await Engine.open(gpu, spec, source, { rates: RATES, streaming: 'always' });
    expect(engine.streamed).toBe(true);
    const first = await engine.walk(tree, masks);
    expect(engine.memory().weights).toBeLessThan(0.75 * all);
    fail = true;
    await expectFailure(engine.walk(tree, masks), 'download-cut');
    fail = false;
    const again = await engine.walk(tree, masks);
    for (const got of [first, again])
      expect(got.branches.map((b) => b.logprob)).toEqual(want.branches.map((b) => b.logprob));
    engine.dispose();
  });

  it('is closed while a sublayer is read ahead, and the adapter goes on', async () => {
    const [spec, tensors] = await readModel('random/llama');
    let arrive: (() => void) | undefined;
    const slow = new Map(tensors);
    for (const [name, t] of slow) {
      const read: typeof t.source.read = async (start, end) => {
        if (arrive) await new Promise<void>((resolve) => (arrive = resolve));
        return t.source.read(start, end);
      };
      slow.set(name, { ...t, source: { ...t.source, read } });
    }
    const engine = await Engine.open(gpu, spec, slow, { rates: RATES, streaming: 'always' });
    const controller = new AbortController();
    const onProgress = (fraction: number) => {
      if (fraction === 0 || arrive) return;
      arrive = () => undefined; // from here on reads take their time
      controller.abort();
    };
    const walk = engine.walk(scored([[1, 2, 3, 4]]), [FULL], { signal: controller.signal, onProgress });
    await expectFailure(walk, 'cancelled');
    engine.dispose();
    arrive!();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await gpu.idle();
    gpu.check();
  });

  it('keeps the lowest sublayers that it is given memory for, and reads the others alone', async () => {
    const [spec, tensors] = await readModel('random/llama');
    const tree = scored([[1, 2, 3, 4, 5, 6]]);
    const opened = (stayBytes: number) => Engine.open(gpu, spec, tensors, { rates: RATES, stayBytes });
    const told = [];
    for (const stayBytes of [0, 1.4e5, 1e9]) {
      const engine = await opened(stayBytes);
      const { branches } = await engine.walk(tree, [FULL, without([2, 3])]);
      const { reading, weights } = engine.memory();
      told.push({ streamed: engine.streamed, reading, weights, losses: branches.map((b) => b.logprob) });
      engine.dispose();
    }
    const [none, some, all] = told;
    expect(told.map((t) => t.losses)).toEqual([all!.losses, all!.losses, all!.losses]);
    expect([none!.streamed, some!.streamed, all!.streamed]).toEqual([true, true, false]);
    // What stays is not read again, and no more stays than was allowed.
    expect(some!.reading!.bytesPerPass).toBeLessThan(none!.reading!.bytesPerPass);
    expect(some!.reading!.bytes).toBeLessThan(none!.reading!.bytes);
    expect(some!.weights - none!.weights).toBeGreaterThan(0);
    expect(all!.reading).toBeUndefined();
  });
});
