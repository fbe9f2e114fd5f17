import { expect, test } from 'vitest';
import type { Branch } from '../../engine/branch';
import type { WalkOptions } from '../../engine/contract';
import type { Observation } from '../../engine/observers/observer';
import type { ModelSpec } from '../../model/spec';
import { momentsOfRows } from '../../recovery/testing';
import type { Calibrated } from './calibrated';
import { measureCurve } from './curve';
import { fitModules } from './recover';

const WIDTH = 3;
const rows = Array.from({ length: 12 }, (_, r) => ({
  x: Array.from({ length: WIDTH }, (_, i) => Math.sin(r * (i + 1) + i)),
  t: Array.from({ length: WIDTH }, (_, i) => Math.cos(r + i)),
  weight: 1,
}));

/** A text on which every unit is seen to do the same. */
const textOf = (own: typeof rows) =>
  ({
    engine: {
      model: { width: WIDTH },
      maxRows: 8,
      memory: () => ({ budget: 1e6 }),
      walk: async (_: unknown, __: unknown, { observe }: { observe: unknown[] }) => ({
        observed: observe.map(() => momentsOfRows(own)),
      }),
    },
    trees: [{ tree: {}, first: 0 }],
  }) as unknown as Calibrated;
const seen = textOf(rows);
const units = [0, 1, 2].map((block) => ({ block, kind: 'attn' as const }));

test('where every position is left out nothing is fitted', async () => {
  const none = textOf(rows.map((row) => ({ ...row, weight: 0 })));
  await expect(fitModules({ on: none }, units, { method: 'mean', skipFirst: 99 })).rejects.toMatchObject({
    code: 'text-too-short',
  });
});

test('a curve that would recover with an impossible map is refused before its first walk', async () => {
  const on = {
    engine: { model: { blocks: 2, width: WIDTH }, walk: () => expect.unreachable() },
  } as unknown as Calibrated;
  const request = { strategy: 'greedy', unit: 'attn', recover: { method: 'linear', rank: 4 } } as const;
  const examine = () => expect.unreachable();
  await expect(measureCurve(on, request, { examine })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('rank 4'),
  });
});

test.each(['full', 'sequential'] as const)('between maps that take long a cancel is heard, fitted %s', async (fit) => {
  const settings = { method: 'linear', rank: 2, fit } as const;
  expect(await fitModules({ on: seen }, units, settings)).toHaveLength(3);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 0);
  await expect(fitModules({ on: seen }, units, settings, { signal: controller.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
});

/** A text in two trees that notes where every walk over it begins and ends, and with how many branches. */
function notedText(parallel: boolean) {
  const walks: (readonly [from: number, until: number, branches: number])[] = [];
  const engine = {
    model: { width: WIDTH, parallel },
    maxRows: 8,
    memory: () => ({ budget: 1e9 }),
    async walk(_: unknown, branches: readonly Branch[], { observe, until, from }: Required<WalkOptions>) {
      walks.push([from?.index ?? 0, until, branches.length]);
      if (from) expect(from.streams).toHaveLength(branches.length);
      const isStream = ({ observer }: Observation) => 'kept' in observer.buffers({ width: WIDTH } as ModelSpec, 1);
      return { observed: observe.map((o) => (isStream(o) ? new Float32Array(0) : momentsOfRows(rows))) };
    },
  };
  const trees = [{ tree: { rows: 8 } }, { tree: { rows: 4 } }];
  return { walks, text: { engine, trees } as unknown as Calibrated };
}

test.each([
  [
    'sequential',
    false,
    [
      [0, 1, 1],
      [0, 6, 1],
      [5, 8, 1],
    ],
  ],
  [
    'corrected',
    false,
    [
      [0, 1, 1],
      [0, 6, 2],
      [5, 8, 2],
    ],
  ],
  // With a parallel residual both halves of a block read what the block does.
  [
    'sequential',
    true,
    [
      [0, 1, 1],
      [0, 6, 1],
      [4, 8, 1],
    ],
  ],
  ['full', false, [[0, 8, 1]]],
] as const)('fitted %s, parallel %s, the model is gone up once', async (fit, parallel, wanted) => {
  const { walks, text } = notedText(parallel);
  const units = [
    { block: 0, kind: 'attn' },
    { block: 2, kind: 'ffn' },
    { block: 3, kind: 'block' },
  ] as const;
  expect(await fitModules({ on: text }, units, { method: 'mean', fit })).toHaveLength(3);
  expect(walks).toEqual(wanted.flatMap((walk) => [walk, walk]));
});
