import { describe, expect, it } from 'vitest';
import type { Buffer } from '../../gpu/gpu';
import type { Kernels } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { attentionKernels, see } from './attention';
import type { AttentionStep, Heads } from './attention-step';
import { Dispatcher, type KernelChoice } from './dispatcher';

/** Heads of a model of about 1 B parameters. */
const HEADS: Heads = {
  ...{ heads: 32, kvHeads: 8, headDim: 64, attentionScale: 0.125 },
  qkvInterleaved: false,
  rotaries: [],
};

const LIMITS = { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 16_384 };

/** Entry points and workgroups that rows with so many keys record, without a device. */
async function recorded(
  { rows, tileCount }: Pick<AttentionStep, 'rows' | 'tileCount'>,
  keys: number,
  flash: KernelChoice['flash'],
  { heads = HEADS, maxWork = Number.POSITIVE_INFINITY, scoreBytes = 2 ** 40 } = {},
) {
  const runs: [entry: string, groups: readonly [number, number]][] = [];
  const recorder = {
    maxWork,
    dispatch: ({ entry }: { entry: string }, _: unknown, __: unknown, groups: readonly [number, number]) =>
      runs.push([entry, groups]),
  } as unknown as Recorder;
  const get = async ({ entry }: { entry: string }) => ({ entry });
  const kernels = { get, gpu: { facts: { limits: LIMITS } } } as unknown as Kernels;
  const buffer = { bytes: scoreBytes } as Buffer;
  const choice = { matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', threads: 64, flash } as const;
  const d = new Dispatcher(recorder, kernels, choice, buffer);
  await d.ready(attentionKernels(d, heads));
  const buffers = { qkv: buffer, q: buffer, kv: buffer, scores: buffer, out: buffer, places: buffer };
  see(d, heads, {
    ...{ ...buffers, tiles: buffer, keys: buffer, turns: buffer },
    ...{ rows, tileCount, branches: 1, sight: {}, qkEps: 0, cacheRows: keys, scoreStride: keys },
  });
  return runs;
}

const BOTH = { steps: true, texts: true };
const ONE = { rows: 1, tileCount: 1 };

describe('attention without scores in memory', () => {
  it('a step of one text of 2,048 tokens: keys are shared out to 128 workgroups, where mixing kept 8 threads of 64 at work', async () => {
    expect(await recorded(ONE, 2048, BOTH)).toEqual([
      ['flash', [128, 1]],
      ['flash_join', [8, 1]],
    ]);
    expect(await recorded(ONE, 2048, undefined)).toEqual([
      ['score', [64, 4]],
      ['softmax', [128, 1]],
      ['mix', [16 * 4, 1]],
    ]);
  });

  it('a step of a short text: one dispatch', async () => {
    expect(await recorded(ONE, 128, BOTH)).toEqual([['flash', [8, 1]]]);
  });

  it('a text: one dispatch for all of its tiles, a workgroup for each with each key head', async () => {
    expect(await recorded({ rows: 2048, tileCount: 512 }, 2048, BOTH)).toEqual([['flash', [8, 512]]]);
  });

  it('is cut where it would take too long, and where slices of more tiles than fit would be kept', async () => {
    const tile = 4 * 2048 * 64 * 32;
    const long = await recorded({ rows: 2048, tileCount: 512 }, 2048, BOTH, { maxWork: 100 * 2 * tile });
    expect(long.map(([, [, tiles]]) => tiles)).toEqual([100, 100, 100, 100, 100, 12]);
    const scoreBytes = 3 * 32 * 16 * (64 + 4) * 4;
    const texts = await recorded({ rows: 5, tileCount: 5 }, 2048, BOTH, { scoreBytes });
    expect(texts.map(([entry, [, tiles]]) => [entry, tiles])).toEqual([
      ['flash', 3],
      ['flash_join', 3],
      ['flash', 2],
      ['flash_join', 2],
    ]);
  });

  it.each([
    ['heads wider than a workgroup has memory for', { ...HEADS, headDim: 256 }],
    ['query heads that share key heads unevenly', { ...HEADS, heads: 30 }],
  ])('is left to the other way for %s', async (_, heads) => {
    const runs = await recorded(ONE, 64, BOTH, { heads });
    expect(runs.map(([entry]) => entry)).toEqual(['score', 'softmax', 'mix']);
  });
});
