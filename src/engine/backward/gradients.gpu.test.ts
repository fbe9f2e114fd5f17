import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../../formats/testing';
import type { Buffer, Gpu } from '../../gpu/gpu';
import { sublayerIndex } from '../../model/units';
import { type Branch, FULL, named, replacing, without } from '../branch';
import type { Engine } from '../engine';
import { padded } from '../layout';
import { packTokens } from '../pack';
import { download, hasModels, openModel, readJson, scored, sharedGpu } from '../testing/gpu';
import type { TokenTree } from '../tree';
import type { GradientOptions, Objective, Sink } from './contract';
import { gradients, streamBefore } from './gradients';

const MODELS = [
  'stories260K',
  'random/llama',
  'random/mistral',
  'random/qwen2',
  'random/qwen3',
  'random/gpt_neox',
  'random/gpt2',
];

let gpu: Gpu;
const engines = new Map<string, Engine>();
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
});
afterAll(() => {
  for (const engine of engines.values()) engine.dispose();
  if (gpu) expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
});
async function engineOf(name: string, streaming: 'never' | 'always'): Promise<Engine> {
  const key = `${name} ${streaming}`;
  if (!engines.has(key)) engines.set(key, await openModel(gpu, name, { streaming }));
  return engines.get(key)!;
}

const RUNS = [
  ...MODELS.map((name) => [name, 'never'] as const),
  ['random/mistral', 'always'] as const,
  ['random/gpt_neox', 'always'] as const,
];

/** As the oracle writes a unit: [1, "ffn"] or ["block", 2]. */
type Unit = readonly [number, 'attn' | 'ffn'] | readonly ['block', number];
const indicesOf = ([a, b]: Unit): number[] =>
  a === 'block' ? [2 * b, 2 * b + 1] : [sublayerIndex({ block: a, kind: b as 'attn' | 'ffn' })];

interface Adapter {
  readonly unit: Unit;
  readonly rank: number;
  readonly A: number[][];
  readonly B: number[][];
  readonly bias: number[];
}
type Parameters = Pick<Adapter, 'A' | 'B' | 'bias'>;
interface Case {
  readonly adapters: readonly Adapter[];
  readonly objectives: Record<string, { readonly loss: number; readonly gradients: readonly Parameters[] }>;
}

const branchOf = (adapters: readonly Adapter[]): Branch =>
  replacing(
    adapters.map(({ unit, rank, A, B, bias }) => {
      const map = { rank, a: Float32Array.from(A.flat()), b: Float32Array.from(B.flat()) };
      return [indicesOf(unit)[0]!, named({ strength: 1, bias: Float32Array.from(bias), map })] as const;
    }),
    without(adapters.flatMap(({ unit }) => indicesOf(unit))),
  );

/** The module's own gradients in double precision, from what it reads and the gradient of what it adds. */
function ownGradients({ A, B }: Adapter, x: number[][], g: number[][]): Parameters {
  const inner = x.map((row) => A.map((a) => a.reduce((sum, v, i) => sum + v * row[i]!, 0)));
  const back = g.map((row) => A.map((_, k) => row.reduce((sum, v, i) => sum + v * B[i]![k]!, 0)));
  const outer = (left: number[][], right: number[][]) =>
    left[0]!.map((_, i) => right[0]!.map((_, j) => left.reduce((sum, row, r) => sum + row[i]! * right[r]![j]!, 0)));
  return { A: outer(back, x), B: outer(g, inner), bias: g[0]!.map((_, i) => g.reduce((sum, row) => sum + row[i]!, 0)) };
}

/** Walks in reverse, and for each adapter brings back what it reads and the gradient of what it adds. */
async function reverse(
  engine: Engine,
  tree: TokenTree,
  adapters: readonly Adapter[],
  objective: Objective,
  options: GradientOptions = {},
) {
  const { machine: m, model } = engine;
  const stride = padded(model.width);
  const bytes = tree.rows * stride * 4;
  const seen = new Map<number, { x: Buffer; g: Buffer }>();
  const buffers: Buffer[] = [];
  for (const { unit } of adapters) {
    const [x, g] = [await gpu.allocate('x', bytes, 'activations'), await gpu.allocate('g', bytes, 'activations')];
    seen.set(indicesOf(unit)[0]!, { x, g });
    buffers.push(x, g);
  }
  const sink: Sink = {
    at({ index, input, gradient }) {
      const keep = seen.get(index);
      if (!keep) return;
      m.recorder.copy(input, 0, keep.x, 0, bytes);
      m.recorder.copy(gradient, 0, keep.g, 0, bytes);
    },
  };
  const lowest = Math.min(...seen.keys());
  const { loss } = await gradients(m, tree, branchOf(adapters), objective, sink, { lowest, ...options });
  const rowsOf = (flat: Float32Array) =>
    Array.from({ length: tree.rows }, (_, r) => [...flat.subarray(r * stride, r * stride + model.width)]);
  const own: Parameters[] = [];
  for (const adapter of adapters) {
    const { x, g } = seen.get(indicesOf(adapter.unit)[0]!)!;
    own.push(ownGradients(adapter, rowsOf(await download(m.recorder, x)), rowsOf(await download(m.recorder, g))));
  }
  m.recorder.forget();
  for (const buffer of buffers) gpu.free(buffer);
  return { loss, own };
}

const add = (a: Parameters, b: Parameters): Parameters => ({
  A: a.A.map((row, i) => row.map((v, j) => v + b.A[i]![j]!)),
  B: a.B.map((row, i) => row.map((v, j) => v + b.B[i]![j]!)),
  bias: a.bias.map((v, i) => v + b.bias[i]!),
});

/** L2 of the difference, relative to the length of what is wanted. */
function apart(got: readonly number[], want: readonly number[]): number {
  expect(got.length).toBe(want.length);
  const length = (v: readonly number[]) => Math.hypot(...v);
  return length(got.map((v, i) => v - want[i]!)) / length(want);
}

function expectGradients(got: readonly Parameters[], want: readonly Parameters[], what: string): void {
  for (const [i, { A, B, bias }] of want.entries()) {
    expect(apart(got[i]!.A.flat(), A.flat()), `${what}: A of ${i}`).toBeLessThan(2e-3);
    expect(apart(got[i]!.B.flat(), B.flat()), `${what}: B of ${i}`).toBeLessThan(2e-3);
    expect(apart(got[i]!.bias, bias), `${what}: bias of ${i}`).toBeLessThan(2e-3);
  }
}

describe.skipIf(!hasModels).each(RUNS)('%s, streaming %s, as the oracle has it', (name, streaming) => {
  it('the gradients of modules by every objective', async () => {
    const engine = await engineOf(name, streaming);
    const { windows_short: windows, gradients: cases } = readJson(`${name}/recovery.json`);
    const all = scored(windows);
    for (const { adapters, objectives } of cases as Case[]) {
      const sublayers = adapters.map(({ unit }) => indicesOf(unit).at(-1)!);
      const { sft, kl, kl_tau2, mse_deep } = objectives;
      const together = [
        [sft, { kind: 'sft' }],
        [kl, { kind: 'kl', temperature: 1 }],
        [kl_tau2, { kind: 'kl', temperature: 2 }],
      ] as const;
      for (const [wanted, objective] of together) {
        if (!wanted) continue;
        const { loss, own } = await reverse(engine, all, adapters, objective);
        expect(Math.abs(loss - wanted.loss), objective.kind).toBeLessThan(1e-4 * wanted.loss + 1e-7);
        expectGradients(own, wanted.gradients, objective.kind);
      }
      if (!mse_deep) continue;
      // A window a walk: the rows that windows share count once for each.
      const tokens = windows.flat().length;
      const each: Awaited<ReturnType<typeof reverse>>[] = [];
      for (const window of windows) {
        each.push(await reverse(engine, scored([window]), adapters, { kind: 'stream', sublayers }, { tokens }));
      }
      const loss = each.reduce((sum, part) => sum + part.loss, 0);
      expect(Math.abs(loss / mse_deep.loss - 1)).toBeLessThan(1e-4);
      const own = adapters.map((_, i) => each.map((part) => part.own[i]!).reduce(add));
      expectGradients(own, mse_deep.gradients, 'stream');
    }
  });

  it('gradient influence of every unit', async () => {
    const engine = await engineOf(name, streaming);
    const golden = readJson(`${name}/gradient.json`);
    const blocks = engine.model.blocks;
    const sums = { block: Array(blocks).fill(0), attn: Array(blocks).fill(0), ffn: Array(blocks).fill(0) };
    let tokens = 0;
    for (const ids of golden.windows as number[][]) {
      const seen = await engine.gradientInfluence(packTokens([{ ids, scoreFrom: 1 }]), FULL);
      tokens += seen.tokens;
      for (let b = 0; b < blocks; b++) {
        sums.block[b] += seen.blocks[b]!;
        sums.attn[b] += seen.sublayers[2 * b]!;
        sums.ffn[b] += seen.sublayers[2 * b + 1]!;
      }
    }
    for (const kind of ['block', 'attn', 'ffn'] as const) {
      golden[kind].forEach((value: number, b: number) => {
        expect(Math.abs(sums[kind][b] / tokens / value - 1), `${kind} ${b}`).toBeLessThan(2e-3);
      });
    }
  });
});

describe.skipIf(!hasModels)('a walk in reverse', () => {
  it.each(['random/llama', 'random/gpt_neox'])(
    '%s: goes on to the same numbers from streams that were kept',
    async (name) => {
      const engine = await engineOf(name, 'never');
      const { windows_short: windows, gradients: cases } = readJson(`${name}/recovery.json`);
      const tree = scored(windows);
      const { adapters } = cases[1] as Case;
      const bytes = tree.rows * padded(engine.model.width) * 4;
      const [from, teacher] = [
        await gpu.allocate('from', bytes, 'activations'),
        await gpu.allocate('teacher', bytes, 'activations'),
      ];
      const lowest = indicesOf(adapters[0]!.unit)[0]!;
      const below = { index: lowest - (lowest % 2), stream: from };
      await streamBefore(engine.machine, tree, branchOf(adapters), below.index, from);
      // Below the lowest module the branch is the full model.
      await streamBefore(engine.machine, tree, FULL, engine.model.sublayers.length, teacher, { from: below });
      const objective = { kind: 'kl', temperature: 1.5 } as const;
      const anew = await reverse(engine, tree, adapters, objective);
      expect(await reverse(engine, tree, adapters, objective, { from: below })).toEqual(anew);
      const both = { from: below, teacher };
      expect(await reverse(engine, tree, adapters, objective, both)).toEqual(anew);
      const lossAlone = { ...both, lowest: engine.model.sublayers.length };
      expect((await reverse(engine, tree, adapters, objective, lossAlone)).loss).toBe(anew.loss);
      engine.machine.recorder.forget();
      for (const buffer of [from, teacher]) gpu.free(buffer);
    },
  );

  it('that has no room says which window has, and that one fits', async () => {
    const engine = await engineOf('random/llama', 'never');
    const windowOf = (count: number) => scored([Array.from({ length: count }, (_, i) => (7 * i) % 90)]);
    const memoryBudget = 200_000;
    const fit = engine.gradientRows(memoryBudget);
    expect(fit).toBeGreaterThan(8);
    const whole = engine.gradientInfluence(windowOf(fit + 20), FULL, { memoryBudget });
    const failure = await expectFailure(whole, 'out-of-memory', `over ${fit + 20} tokens`);
    expect(failure.remedy).toContain(`at most ${fit} tokens`);
    const { loss } = await engine.gradientInfluence(windowOf(fit), FULL, { memoryBudget });
    expect(loss).toBeGreaterThan(0);
  });

  it('that is cancelled ends as cancelled, and the next is as if nothing had been', async () => {
    const engine = await engineOf('random/llama', 'never');
    const tree = scored([Array.from({ length: 30 }, (_, i) => (7 * i) % 90)]);
    const before = await engine.gradientInfluence(tree, FULL);
    const stop = new AbortController();
    const onProgress = (fraction: number) => fraction > 0.5 && stop.abort();
    await expectFailure(engine.gradientInfluence(tree, FULL, { signal: stop.signal, onProgress }), 'cancelled');
    expect(await engine.gradientInfluence(tree, FULL)).toEqual(before);
  });
});
