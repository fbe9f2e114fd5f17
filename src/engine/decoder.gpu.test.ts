import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectFailure } from '../formats/testing';
import type { Gpu } from '../gpu/gpu';
import { type Branch, FULL, named, replacing, without } from './branch';
import type { DecoderContract } from './contract';
import { Engine } from './engine';
import { packTokens } from './pack';
import { freshGpu, hasModels, numbers, openModel, RATES, readJson, readModel, sharedGpu, worst } from './testing/gpu';

/** A step's sums are those of a walk in another order: logits of about 10 differ in the last digits. */
const SAME = 5e-5;

const MODELS = [
  ...['stories260K', 'random/mistral', 'random/gpt_neox', 'random/gpt2', 'random/gemma2', 'random/gemma3_text'],
  ...['random/phi3', 'random/olmo2', 'random/smollm3', 'random/granite', 'random/opt'],
];

let gpu: Gpu;
const engines = new Map<string, Engine>();
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  for (const name of MODELS) engines.set(name, await openModel(gpu, name));
});
afterAll(() => {
  for (const e of engines.values()) e.dispose();
  if (gpu) expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
});
const engineOf = (name: string) => engines.get(name)!;

const tokens = (count: number, vocabulary: number, seed = 1): number[] => {
  const next = numbers(seed);
  return Array.from({ length: count }, () => Math.floor(((next() + 1) / 2) * (vocabulary - 1)));
};
const likeliest = (logits: Float32Array) => logits.indexOf(Math.max(...logits));

/** Logits after every token of a text, by one walk. */
async function walked(engine: Engine, ids: readonly number[], dropped: Branch) {
  const tree = packTokens([{ ids, scoreFrom: ids.length }]);
  return (await engine.walk(tree, [dropped], { logitRows: ids.map((_, i) => i) })).branches[0].logits;
}

/** The largest difference between a decoder's logits and a walk's, at every position of texts that are fed to it. */
async function errorOf(engine: Engine, decoder: DecoderContract, texts: number[][], from: number[], dropped: Branch) {
  const want: Float32Array[][] = [];
  for (const text of texts) want.push(await walked(engine, text, dropped));
  let error = 0;
  for (let step = 0; ; step++) {
    const due = [...texts.keys()].filter((s) => from[s] + step <= texts[s].length);
    for (const s of due) error = Math.max(error, worst(decoder.logits[s], want[s][from[s] + step - 1]));
    const more = due.filter((s) => from[s] + step < texts[s].length);
    if (more.length === 0) return error;
    await decoder.step(more.map((s) => ({ sequence: s, id: texts[s][from[s] + step] })));
  }
}

describe.skipIf(!hasModels)('greedy continuation', () => {
  it('of stories260K is the 200 tokens of the reference, exactly', async () => {
    const engine = engineOf('stories260K');
    const want: number[] = readJson('stories260K/reference.json').greedy_from_bos_200;
    const decoder = await engine.decoder(FULL, [[want[0]]], want.length);
    const got = [want[0]];
    while (got.length < want.length) {
      const id = likeliest(decoder.logits[0]);
      got.push(id);
      await decoder.step([{ sequence: 0, id }]);
    }
    expect(got).toEqual(want);
    decoder.dispose();
  });

  it('of tiny-random-gpt2 is what another engine gives, for two prompts at once', async () => {
    const engine = await openModel(gpu, 'tiny-random-gpt2');
    const want: number[][] = readJson('tiny-random-gpt2/reference.json').ort_genai_expected;
    const got = want.map((ids) => ids.slice(0, 4));
    const decoder = await engine.decoder(FULL, got, 6);
    while (got[0].length < want[0].length) {
      const next = got.map((_, s) => likeliest(decoder.logits[s]));
      next.forEach((id, s) => {
        got[s].push(id);
      });
      await decoder.step(next.map((id, sequence) => ({ sequence, id })));
    }
    expect(got).toEqual(want);
    decoder.dispose();
    engine.dispose();
  });
});

describe.skipIf(!hasModels)('step by step the logits are those of a walk over the whole text', () => {
  it.each([
    ['stories260K', 'the full model', []],
    ['random/mistral', 'past its window of 16', []],
    ['random/mistral', 'with sublayers dropped', [0, 3, 6]],
    ['random/gpt_neox', 'with a parallel residual', []],
    ['random/gpt_neox', 'with sublayers dropped', [0, 3, 4, 5]],
    ['random/gpt2', 'with learned positions', []],
    ['random/gpt2', 'with sublayers dropped', [1, 2]],
    ['random/gemma2', 'norms on both sides, caps, a window in every other block', [3]],
    ['random/gemma3_text', 'two ways of turning, norms of each head', [2]],
    ['random/olmo2', 'norms behind, and over all heads', [4]],
    ['random/smollm3', 'a block without positions', []],
    ['random/granite', 'scaled updates', []],
    ['random/opt', 'positions from the third row on', [5]],
  ] as const)('%s, %s', async (name, _, drop) => {
    const engine = engineOf(name);
    const dropped = without(drop);
    const text = tokens(36, engine.model.vocabulary);
    const decoder = await engine.decoder(dropped, [text.slice(0, 5)], 31);
    expect(await errorOf(engine, decoder, [text], [5], dropped)).toBeLessThan(SAME);
    decoder.dispose();
  });

  it.each(['random/mistral', 'random/gpt_neox'])(
    '%s, with maps of each kind in the place of layers, and behind one',
    async (name) => {
      const engine = engineOf(name);
      const { vocabulary, width } = engine.model;
      const wave = (size: number, step: number) =>
        Float32Array.from({ length: 2 * width }, (_, i) => size * Math.sin(step * i + 1));
      const map = { rank: 2, a: wave(0.1, 0.7), b: wave(0.1, 1.3) };
      const reading = (reads?: 'normed' | 'update') =>
        named({ strength: 0.5, bias: wave(0.2, 0.9).slice(0, width), map, ...(reads && { reads }) });
      const branch = replacing([
        [0, reading()],
        [1, reading('update')],
        [3, reading('normed')],
        [4, reading('update')],
      ]);
      const text = tokens(24, vocabulary);
      const decoder = await engine.decoder(branch, [text.slice(0, 5)], 19);
      expect(await errorOf(engine, decoder, [text], [5], branch)).toBeLessThan(SAME);
      // It is another model than the one without them.
      expect(worst(decoder.logits[0], (await walked(engine, text, FULL))[23])).toBeGreaterThan(0.001);
      decoder.dispose();
    },
  );

  it('a text that may come to be long turns its positions as long ones do from the start; others as short ones', async () => {
    const engine = engineOf('random/phi3'); // long beyond 32
    const text = tokens(40, engine.model.vocabulary);
    const long = await engine.decoder(FULL, [text.slice(0, 5)], 35);
    for (let i = 5; i < 40; i++) await long.step([{ sequence: 0, id: text[i] }]);
    const want = await walked(engine, text, without([]));
    expect(worst(long.logits[0], want[39])).toBeLessThan(SAME);
    long.dispose();
    const short = await engine.decoder(FULL, [text.slice(0, 5)], 25);
    expect(await errorOf(engine, short, [text.slice(0, 30)], [5], FULL)).toBeLessThan(SAME);
    short.dispose();
    expect(worst((await walked(engine, text.slice(0, 30), FULL))[29], want[29])).toBeGreaterThan(0.01);
  });

  it.each(['stories260K', 'random/mistral'])(
    '%s: several prompts with a shared beginning, one the beginning of another, two the same',
    async (name) => {
      const engine = engineOf(name);
      const v = engine.model.vocabulary;
      const common = tokens(19, v);
      const prompts = [common, [...common, 5, 9, 12], [...common, 7], common, [3]];
      const texts = prompts.map((p, s) => [...p, ...tokens([6, 9, 2, 9, 12][s], v, s + 2)]); // some stop early
      const decoder = await engine.decoder(FULL, prompts, 12);
      const from = prompts.map((p) => p.length);
      expect(await errorOf(engine, decoder, texts, from, FULL)).toBeLessThan(SAME);
      decoder.dispose();
    },
  );

  it('a prompt longer than one pass of prefill', async () => {
    const engine = engineOf('stories260K');
    const common = tokens(300, 512);
    const prompts = [1, 2, 3].map((s) => [...common, ...tokens(150, 512, s + 9)]);
    const decoder = await engine.decoder(FULL, prompts, 2);
    for (const [s, prompt] of prompts.entries()) {
      const tree = packTokens([{ ids: prompt, scoreFrom: prompt.length }]);
      const { branches } = await engine.walk(tree, [FULL], { logitRows: tree.lastRows });
      expect(worst(decoder.logits[s], branches[0].logits[0])).toBeLessThan(SAME);
    }
    decoder.dispose();
  });

  it('a prompt of which no text ends in the first pass, also where a card takes all of it at once', async () => {
    const [spec, tensors] = await readModel('stories260K');
    const engine = await Engine.open(gpu, { ...spec, context: 1024 }, tensors, { rates: RATES });
    const pace = vi.spyOn(engine.machine.recorder, 'maxWork', 'get').mockReturnValue(1e12);
    const prompt = tokens(560, 512);
    const decoder = await engine.decoder(FULL, [prompt], 2);
    const tree = packTokens([{ ids: prompt, scoreFrom: prompt.length }]);
    const { branches } = await engine.walk(tree, [FULL], { logitRows: tree.lastRows });
    expect(worst(decoder.logits[0], branches[0].logits[0])).toBeLessThan(SAME);
    pace.mockRestore();
    decoder.dispose();
    engine.dispose();
  });

  it('also of two decoders side by side, the full and the pruned model', async () => {
    const engine = engineOf('random/gpt_neox');
    const [short, long] = [tokens(20, 131), tokens(40, 131, 3)];
    const pruned = without([1, 4]);
    const a = await engine.decoder(FULL, [short.slice(0, 3)], 20);
    const b = await engine.decoder(pruned, [long.slice(0, 23)], 20);
    const [wantA, wantB] = [await walked(engine, short, FULL), await walked(engine, long, pruned)];
    for (let i = 0; i < 17; i++) {
      await a.step([{ sequence: 0, id: short[3 + i] }]);
      await b.step([{ sequence: 0, id: long[23 + i] }]);
      expect(worst(a.logits[0], wantA[3 + i])).toBeLessThan(SAME);
      expect(worst(b.logits[0], wantB[23 + i])).toBeLessThan(SAME);
    }
    a.dispose();
    b.dispose();
  });

  it('a walk in between, such as the page makes after a click, changes nothing', async () => {
    const engine = engineOf('random/mistral');
    const text = tokens(24, 131);
    const want = await walked(engine, text, FULL);
    const decoder = await engine.decoder(FULL, [text.slice(0, 4)], 20);
    for (let at = 4; at < text.length; at++) {
      if (at % 5 === 0)
        await engine.walk(packTokens([{ ids: tokens(40 + at, 131, 7), scoreFrom: 1 }]), [without([at % 8])]);
      await decoder.step([{ sequence: 0, id: text[at] }]);
      expect(worst(decoder.logits[0], want[at])).toBeLessThan(SAME);
    }
    decoder.dispose();
  });
});

describe.skipIf(!hasModels)('a decoder', () => {
  it('leaves the last bits of later walks as they were, which sum in another order', async () => {
    const choice = { ...RATES.choice, matvec: 'matvec_workgroup' } as const;
    const engine = await openModel(gpu, 'stories260K', { rates: { ...RATES, choice } });
    const tree = packTokens([{ ids: [1, 403], scoreFrom: 1 }]);
    const walk = async () => (await engine.walk(tree, [FULL], { logitRows: tree.lastRows })).branches[0].logits[0];
    const before = await walk();
    const decoder = await engine.decoder(FULL, [[1]], 2);
    await decoder.step([{ sequence: 0, id: 403 }]);
    expect(worst(decoder.logits[0], before)).toBeGreaterThan(0);
    decoder.dispose();
    expect(await walk()).toEqual(before);
    engine.dispose();
  });

  it.each(['stories260K', 'random/gpt_neox', 'random/gpt2'])('%s: allocates nothing while it goes on', async (name) => {
    const engine = engineOf(name);
    const decoder = await engine.decoder(
      FULL,
      [
        [1, 2, 3],
        [1, 4],
      ],
      70,
    );
    const step = (i: number) => decoder.step([0, 1].map((sequence) => ({ sequence, id: (i * 7) % 100 })));
    for (let i = 0; i < 3; i++) await step(i);
    const { device } = gpu;
    const made: string[] = [];
    const original = { createBuffer: device.createBuffer, createBindGroup: device.createBindGroup };
    const before = engine.memory();
    try {
      for (const method of ['createBuffer', 'createBindGroup'] as const) {
        Object.defineProperty(device, method, {
          configurable: true,
          value: (d: { label?: string }) => {
            made.push(`${method} ${d.label}`);
            return (original[method] as (d: unknown) => unknown).call(device, d);
          },
        });
      }
      for (let i = 3; i < 66; i++) await step(i); // past positions 8, 16, 32 and 64
    } finally {
      for (const method of ['createBuffer', 'createBindGroup'] as const)
        Object.defineProperty(device, method, { configurable: true, value: original[method] });
    }
    expect(made).toEqual([]);
    expect(engine.memory()).toEqual(before);
    decoder.dispose();
  });

  it.each([
    [1, 'waited for', false],
    [3, 'waited for', false],
    [1, 'begun ahead', true],
    [3, 'begun ahead', true],
  ])('takes one submission, one read and few dispatches a step, of %i texts, %s', async (texts, _, ahead) => {
    const engine = engineOf('stories260K');
    const prompts = Array.from({ length: texts }, (_, t) => [1, t + 2]);
    const decoder = await engine.decoder(FULL, prompts, 8, { likeliest: true, ahead });
    const step = () => decoder.step(prompts.map((_, sequence) => ({ sequence, id: decoder.likeliest[sequence]! })));
    await step();
    const { queue } = gpu.device;
    const spies = {
      submit: vi.spyOn(queue, 'submit'),
      write: vi.spyOn(queue, 'writeBuffer'),
      map: vi.spyOn(engine.machine.recorder, 'read'),
      dispatch: vi.spyOn(engine.machine.recorder, 'dispatch'),
    };
    await step();
    expect(spies.submit).toHaveBeenCalledTimes(1);
    expect(spies.map).toHaveBeenCalledTimes(1);
    // Ten a block; embedding, final norm, head and what is read of it.
    const groups = spies.dispatch.mock.calls.filter(([, , , [x, y]]) => x * y > 0);
    expect(groups.length).toBe(10 * 5 + 4);
    const bytes = spies.write.mock.calls.map(([, , data, , size]) => size ?? (data as Uint8Array).byteLength);
    const parameters = 512 * groups.length;
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(parameters + texts * (4 + 8 + 16 + 4) + 512);
    for (const spy of Object.values(spies)) spy.mockRestore();
    decoder.dispose();
  });

  it.each([false, true])('goes on from its own keys after a walk has used the same room, ahead: %s', async (ahead) => {
    const engine = engineOf('stories260K');
    const run = async (between: () => Promise<unknown>) => {
      const decoder = await engine.decoder(
        FULL,
        [
          [1, 2, 3],
          [1, 9],
        ],
        8,
        { likeliest: true, ahead },
      );
      const said: (number | undefined)[] = [];
      for (let i = 0; i < 5; i++) {
        await between();
        await decoder.step([0, 1].map((sequence) => ({ sequence, id: decoder.likeliest[sequence]! })));
        said.push(...decoder.likeliest);
      }
      decoder.dispose();
      return said;
    };
    const alone = await run(async () => {});
    const walk = () => engine.walk(packTokens([{ ids: tokens(7, 512), scoreFrom: 1 }]), [FULL]);
    expect(await run(walk)).toEqual(alone);
  });

  it('keeps no cache for attention that is dropped, and frees the rest', async () => {
    const engine = engineOf('stories260K'); // 4 key heads of 8 channels: 256 bytes of k and v a token and sublayer
    const sizes = [];
    for (const dropped of [[], [0], [0, 4, 8], [0, 2, 4, 6, 8], [1, 3]]) {
      const decoder = await engine.decoder(without(dropped), [[1, 2, 3, 4]], 12);
      sizes.push(engine.memory().cache);
      decoder.dispose();
      expect(engine.memory().cache).toBe(0);
    }
    const each = 16 * 2 * 4 * 8 * 4;
    expect(sizes).toEqual([5 * each, 4 * each, 2 * each, 0, 5 * each]);
  });

  it('keeps a shared beginning once', async () => {
    const engine = engineOf('stories260K');
    const common = tokens(40, 512);
    const decoder = await engine.decoder(without([0, 2, 4, 6]), [[...common, 1], [...common, 2], common], 10);
    expect(engine.memory().cache).toBe((42 + 3 * 10) * 2 * 4 * 8 * 4);
    decoder.dispose();
  });

  it('at the end of the context says so, with its length, and leaves the other sequences usable', async () => {
    const engine = engineOf('random/mistral');
    const full = tokens(95, 131);
    const decoder = await engine.decoder(FULL, [full, [1, 2]], 40);
    await decoder.step([{ sequence: 0, id: 3 }]);
    await expectFailure(decoder.step([{ sequence: 0, id: 4 }]), 'prompt-too-long', '96');
    await decoder.step([{ sequence: 1, id: 3 }]);
    expect(worst(decoder.logits[1], (await walked(engine, [1, 2, 3], FULL))[2])).toBeLessThan(SAME);
    decoder.dispose();
  });

  it('does not write one sequence over another when it is fed more tokens than were asked for', async () => {
    const engine = engineOf('random/mistral');
    const decoder = await engine.decoder(
      FULL,
      [
        [1, 2],
        [3, 4],
      ],
      2,
    );
    for (const id of [5, 6]) await decoder.step([0, 1].map((sequence) => ({ sequence, id })));
    await expect(decoder.step([{ sequence: 0, id: 7 }])).rejects.toThrow();
    decoder.dispose();
  });

  it('refuses an empty prompt and one over the context, and keeps nothing', async () => {
    const engine = engineOf('random/gpt2');
    await expectFailure(engine.decoder(FULL, [[1], []], 5), 'prompt-empty');
    await expectFailure(engine.decoder(FULL, [tokens(97, 131)], 5), 'prompt-too-long', '97', '96');
    expect(engine.memory().cache).toBe(0);
  });

  it('that is cancelled while it reads the prompt frees its cache; cancelled at a step it can go on', async () => {
    const engine = engineOf('stories260K');
    await expectFailure(engine.decoder(FULL, [[1, 2, 3]], 5, { signal: AbortSignal.abort() }), 'cancelled');
    expect(engine.memory().cache).toBe(0);
    const decoder = await engine.decoder(FULL, [[1, 2, 3]], 5);
    await expectFailure(decoder.step([{ sequence: 0, id: 4 }], AbortSignal.abort()), 'cancelled');
    await decoder.step([{ sequence: 0, id: 5 }]);
    expect(worst(decoder.logits[0], (await walked(engine, [1, 2, 3, 5], FULL))[3])).toBeLessThan(SAME);
    decoder.dispose();
  });
});

describe.skipIf(!hasModels)('sequences that come and go', () => {
  const common = tokens(30, 512);
  const prompts = [4, 1, 6, 3, 5].map((own, i) => [...common, ...tokens(own, 512, i + 20)]);
  const wanted = [12, 3, 7, 9, 5]; // new tokens of each

  /** What a prompt is continued by when it has a decoder to itself. */
  async function alone(engine: Engine, prompt: number[], count: number, dropped: Branch) {
    const decoder = await engine.decoder(dropped, [prompt], count);
    const got: number[] = [];
    while (got.length < count) {
      got.push(likeliest(decoder.logits[0]));
      await decoder.step([{ sequence: 0, id: got[got.length - 1] }]);
    }
    decoder.dispose();
    return got;
  }

  it.each([
    ['resident, the full model', 'never', [], false],
    ['resident, with sublayers dropped', 'never', [4, 7], false],
    ['resident, a step ahead of what has come back', 'never', [4, 7], true],
    ['streamed, with sublayers dropped', 'always', [4, 7], false],
  ] as const)(
    '%s: each says what it says alone, the shared beginning is read once',
    async (_, streaming, drop, ahead) => {
      const engine =
        streaming === 'never' ? engineOf('stories260K') : await openModel(gpu, 'stories260K', { streaming });
      const dropped = without(drop);
      const capacity = { sequences: 3, rows: 30 + 2 * (6 + 12), length: 60 }; // two at a time beside the beginning
      const dispatch = vi.spyOn(engine.machine.recorder, 'dispatch');
      const decoder = await engine.decoder(dropped, [common], 0, { capacity, likeliest: true, ahead });
      const got: number[][] = prompts.map(() => []);
      const live = new Map<number, number>();
      let next = 0;
      let together = 0;
      while (next < prompts.length || live.size > 0) {
        for (const sequence of await decoder.add(prompts.slice(next), 12)) live.set(sequence, next++);
        together = Math.max(together, live.size);
        for (const [sequence, i] of live) {
          got[i].push(decoder.likeliest[sequence]!);
          if (got[i].length < wanted[i]) continue;
          decoder.remove(sequence);
          live.delete(sequence);
        }
        await decoder.step([...live].map(([sequence, i]) => ({ sequence, id: got[i][got[i].length - 1] })));
      }
      decoder.dispose();
      const embedded = dispatch.mock.calls.filter(([pipeline]) => pipeline.kernel.entry === 'embed');
      const rows = embedded.reduce((sum, [, parameters]) => sum + (parameters.rows as number), 0);
      dispatch.mockRestore();
      expect(together).toBe(2);
      const needed = 30 + 4 + 1 + 6 + 3 + 5 + wanted.reduce((sum, count) => sum + count - 1, 0);
      if (!ahead) expect(rows).toBe(needed);
      // As often as a text comes or goes, a step of two at most was begun for nothing.
      expect(rows).toBeLessThanOrEqual(needed + 2 * 2 * prompts.length);
      for (const [i, prompt] of prompts.entries()) {
        expect(got[i], `prompt ${i}`).toEqual(await alone(engineOf('stories260K'), prompt, wanted[i], dropped));
      }
      expect(gpu.memory().cache).toBe(0);
      if (streaming === 'always') engine.dispose();
    },
  );

  it.each([false, true])('allocate nothing, ahead: %s', async (ahead) => {
    const engine = engineOf('stories260K');
    const capacity = { sequences: 4, rows: 200, length: 60 };
    const decoder = await engine.decoder(FULL, [common], 0, { capacity, likeliest: true, ahead });
    const memory = engine.memory();
    const [first] = await decoder.add([prompts[0]], 20);
    await decoder.step([{ sequence: first, id: 5 }]);
    const createBuffer = vi.spyOn(gpu.device, 'createBuffer');
    const more = await decoder.add(prompts.slice(1, 3), 20);
    await decoder.step([first, ...more].map((sequence) => ({ sequence, id: 7 })));
    expect(createBuffer).not.toHaveBeenCalled();
    createBuffer.mockRestore();
    expect(engine.memory()).toEqual(memory);
    decoder.dispose();
  });

  it('a step ahead of what has come back, each says the same, in one submission a step more', async () => {
    const engine = engineOf('stories260K');
    const write = async (ahead: boolean) => {
      const capacity = { sequences: 3, rows: 30 + 2 * (6 + 12) + 12, length: 60 };
      const decoder = await engine.decoder(FULL, [common], 0, { capacity, likeliest: true, ahead });
      const got: number[][] = prompts.map(() => []);
      const live = new Map<number, number>();
      let next = 0;
      let steps = 0;
      const submit = vi.spyOn(gpu.device.queue, 'submit');
      while (next < prompts.length || live.size > 0) {
        for (const sequence of await decoder.add(prompts.slice(next), 12)) live.set(sequence, next++);
        for (const [sequence, i] of live) {
          // A third token is forced, so that what was begun ahead is of no use.
          got[i].push(got[i].length === 2 ? 9 : decoder.likeliest[sequence]!);
          if (got[i].length < wanted[i]) continue;
          decoder.remove(sequence);
          live.delete(sequence);
        }
        const before = submit.mock.calls.length;
        await decoder.step([...live].map(([sequence, i]) => ({ sequence, id: got[i][got[i].length - 1] })));
        if (live.size > 0) steps = Math.max(steps, submit.mock.calls.length - before);
        // What the page does after a click, in the same working buffers.
        await engine.walk(packTokens([{ ids: tokens(9, 512), scoreFrom: 1 }]), [FULL]);
      }
      submit.mockRestore();
      decoder.dispose();
      return { got, steps };
    };
    const [plain, begun] = [await write(false), await write(true)];
    expect(begun.got).toEqual(plain.got);
    expect(plain.steps).toBe(1);
    expect(begun.steps).toBe(2); // where nothing had been begun that was of use: this step and the next
    expect(gpu.memory().cache).toBe(0);
  });

  it('cancelled while one is read in, the others go on and its place is free', async () => {
    const engine = engineOf('stories260K');
    const capacity = { sequences: 2, rows: 60, length: 40 };
    const decoder = await engine.decoder(FULL, [[1, 2]], 9, { capacity });
    await expectFailure(decoder.add([[1, 5, 6]], 9, { signal: AbortSignal.abort() }), 'cancelled');
    await decoder.step([{ sequence: 0, id: 3 }]);
    const [again] = await decoder.add([[1, 5, 6]], 9);
    expect(worst(decoder.logits[0], (await walked(engine, [1, 2, 3], FULL))[2])).toBeLessThan(SAME);
    expect(worst(decoder.logits[again], (await walked(engine, [1, 5, 6], FULL))[2])).toBeLessThan(SAME);
    decoder.dispose();
  });
});

describe.skipIf(!hasModels)('two steps on their way', () => {
  const PROMPTS = [
    [1, 403, 407],
    [1, 9],
  ];
  const ALL = [false, true].map((alone) => [alone ? 'likeliest tokens alone' : 'logits too', alone] as const);
  const open = (engine: Engine, alone: boolean, ahead: boolean, dropped: Branch = FULL) =>
    engine.decoder(dropped, PROMPTS, 12, { likeliest: alone, ahead });
  const best = (decoder: DecoderContract, sequence: number) =>
    decoder.logits[sequence] ? likeliest(decoder.logits[sequence]) : decoder.likeliest[sequence]!;
  const next = (decoder: DecoderContract) => PROMPTS.map((_, sequence) => ({ sequence, id: best(decoder, sequence) }));
  /** Tokens and logits of several decoders, each beginning its step before those of the others have come. */
  async function write(decoders: readonly DecoderContract[], steps: number) {
    const said: number[][] = decoders.map(() => []);
    for (let i = 0; i < steps; i++) {
      const begun = [];
      for (const [d, decoder] of decoders.entries()) {
        const tokens = next(decoder);
        if (i === 3) tokens[1].id = 9; // another than was begun
        said[d].push(...tokens.map(({ id }) => id));
        begun.push(await decoder.begin(tokens));
      }
      for (const { come } of begun) await come;
      for (const [d, { logits }] of decoders.entries()) for (const row of logits) said[d].push(...row);
    }
    return said;
  }

  it.each(ALL)('say what they say one by one, to the bit: %s', async (_, alone) => {
    const engine = engineOf('stories260K');
    const sideBySide = async (ahead: boolean) => {
      const both = [await open(engine, alone, ahead), await open(engine, alone, ahead, without([2, 5]))];
      const said = await write(both, 8);
      for (const decoder of both) decoder.dispose();
      return said;
    };
    const plain = await sideBySide(false);
    const expectTheSame = async () => {
      for (const [d, said] of (await sideBySide(true)).entries()) expect(worst(said, plain[d])).toBe(0);
    };
    await expectTheSame();
    // Also where a step takes several submissions, now this one and now the one begun ahead.
    let asked = 0;
    const pace = vi
      .spyOn(engine.machine.recorder, 'maxWork', 'get')
      .mockImplementation(() => (asked++ % 97 < 60 ? 1e9 : 1e5));
    await expectTheSame();
    pace.mockRestore();
    expect(gpu.memory().cache).toBe(0);
  });

  it.each(ALL)('cancelled, before they are asked for and after, both can be taken again: %s', async (_, alone) => {
    const engine = engineOf('stories260K');
    const [plain, ahead] = [await open(engine, alone, false), await open(engine, alone, true)];
    const { recorder } = engine.machine;
    for (let i = 0; i < 7; i++) {
      const tokens = next(ahead);
      expect(tokens).toEqual(next(plain));
      const control = new AbortController();
      if (i === 2) {
        const begun = ahead.begin(tokens, control.signal);
        control.abort();
        await expectFailure(
          begun.then(({ come }) => come),
          'cancelled',
        );
        await expectFailure(ahead.step(tokens, control.signal), 'cancelled');
      } else if (i === 4) {
        // What was begun ahead is here already; what is begun now comes only after the cancel.
        tokens[1].id = 9;
        let arrive = () => {};
        const arrived = new Promise<void>((resolve) => {
          arrive = resolve;
        });
        const { read } = recorder;
        const slow = vi.spyOn(recorder, 'read').mockImplementation((...asked) => {
          const bytes = read.apply(recorder, asked);
          return arrived.then(() => bytes);
        });
        const { come } = await ahead.begin(tokens, control.signal);
        control.abort();
        arrive();
        await expectFailure(come, 'cancelled');
        slow.mockRestore();
      }
      await ahead.step(tokens);
      await plain.step(tokens);
    }
    for (const decoder of [plain, ahead]) decoder.dispose();
  });

  it.each(ALL)('both tell that the device was lost, and leave nothing: %s', async (_, alone) => {
    const own = await freshGpu();
    const engine = await openModel(own, 'stories260K');
    const decoder = await open(engine, alone, true);
    await decoder.step(next(decoder));
    await decoder.begin(next(decoder));
    own.destroy();
    // What was there already may still be told.
    const writeOn = async () => {
      for (let i = 0; i < 3; i++) await decoder.step(next(decoder));
    };
    await expectFailure(writeOn(), 'device-lost');
    await expectFailure(decoder.step(next(decoder)), 'device-lost');
    decoder.dispose();
    engine.dispose();
    expect(own.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
  });

  it.each(ALL)('end with the context, as one does, and the other text goes on: %s', async (_, alone) => {
    const engine = engineOf('random/mistral');
    const run = async (ahead: boolean) => {
      const decoder = await engine.decoder(FULL, [tokens(92, 131), [1, 2]], 40, { likeliest: alone, ahead });
      const said: number[][] = [];
      for (let i = 0; i < 4; i++) {
        said.push(next(decoder).map(({ id }) => id));
        await decoder.step(next(decoder));
      }
      await expectFailure(decoder.step(next(decoder)), 'prompt-too-long', '96');
      for (let i = 0; i < 3; i++) {
        said.push([best(decoder, 1)]);
        await decoder.step([{ sequence: 1, id: best(decoder, 1) }]);
      }
      decoder.dispose();
      return said;
    };
    expect(await run(true)).toEqual(await run(false));
  });
});
