import { describe, expect, it } from 'vitest';
import { chooseKernels } from './autotune';
import { attentionKernels } from './kernels/attention';
import type { KernelChoice } from './kernels/dispatcher';
import { logitKernels } from './kernels/head';
import { fewRowKernels, manyRowKernels } from './kernels/linear';
import { normKernels } from './kernels/norm';
import { HEADS } from './probe/attention';
import { type Card, FakeTop, type Run, type Waits } from './testing/fake-card';

/** What browsers have one wait for a submission: none, Chrome's usual, its worst, and Firefox, which looks every 2 ms. */
const WAITS: Readonly<Record<string, Waits>> = {
  'no wait': { wait: 0, jitter: 0 },
  'a noisy half millisecond': { wait: 0.5, jitter: 0.5 },
  'a noisy 3 ms': { wait: 3, jitter: 1.5 },
  'a look every 2 ms': { wait: 0.3, jitter: 0.3, tick: 2 },
};

/** Milliseconds that a dispatch takes whatever it does. */
const LAUNCH = 0.004;

interface Speeds {
  /** GFLOP/s of tiled products where all cores have work, and of what waits for nothing beside it. */
  readonly gflops: number;
  readonly register: number;
  /** GB/s of weights, and how many times that a matvec of a thread an output reaches. */
  readonly bandwidth: number;
  readonly alone: number;
  /** What each more row costs a matvec that takes several, of its first. */
  readonly perRow: number;
  /** Rate of small tiles beside large ones. */
  readonly small: number;
  /** Rate of attention that keeps no scores, beside that which does. */
  readonly flash: number;
  /** Nanoseconds an element that a thread reads after the other. */
  readonly element: number;
}

/** Workgroups of large tiles that run at once. */
const CORES = 46;

/** A card of such speeds, as far as arithmetic goes. */
const cardOf = (s: Speeds): Card => ({ time: (run) => LAUNCH + timeOf(run, s) });

function timeOf({ kernel, constants, groups, told, work }: Run, s: Speeds): number {
  const ms = (gflops: number) => (2 * work) / gflops / 1e6;
  // Whole tiles, also where rows are fewer, and whole rounds of all cores; each has a way to go until it is on.
  const tiled = (rows: number, columns: number, atOnce: number) =>
    (Math.ceil((groups[0] * groups[1]) / atOnce) * atOnce * 2 * rows * columns * (told.partSteps! * 8 + 512)) /
    (s.gflops * 1e6);
  const weights = (2 * told.outputs! * told.steps! * 8) / s.bandwidth / 1e6;
  const together = Number(constants.ROWS);
  switch (kernel) {
    case 'matmul_workgroup':
      return tiled(64, 64, CORES);
    case 'matmul_small':
      return tiled(together, 32, 3 * CORES) / s.small;
    case 'matmul_register':
      return tiled(64, 64, CORES) / s.register;
    case 'matvec_register':
      return (told.rows! * weights) / s.alone;
    case 'matvec_workgroup':
      return Math.ceil(told.rows! / together) * weights * (1 + s.perRow * (together - 1));
    case 'norm':
      return (told.width! * s.element) / Number(constants.THREADS) / 1e6;
    case 'flash':
      return ms(s.gflops * s.flash);
    default:
      return ms(s.gflops);
  }
}

const LARGE: Speeds = {
  ...{ gflops: 8000, register: 0.3, small: 0.87, bandwidth: 550, alone: 0.4, perRow: 0.05, flash: 2, element: 20 },
};
const SMALL: Speeds = {
  ...{ gflops: 300, register: 1.3, small: 0.7, bandwidth: 35, alone: 1.25, perRow: 1.6, flash: 0.2, element: 20 },
};

/** Some cards, and what is right for each by its speeds. */
const CARDS: readonly { name: string; speeds: Speeds; right: KernelChoice }[] = [
  {
    name: 'a large card, on which threads do well to share',
    speeds: LARGE,
    right: {
      ...{ matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', threads: 64 },
      ...{ together: 8, fewRows: 9, smallRows: 129, groups: 128 },
      flash: { steps: true, texts: true },
    },
  },
  {
    name: 'a small card, on which they do not',
    speeds: SMALL,
    right: {
      ...{ matmul: 'matmul_register', matvec: 'matvec_register', threads: 64 },
      ...{ together: 1, fewRows: 9, smallRows: 0, groups: 0 },
      flash: { steps: false, texts: false },
    },
  },
];

describe.each(CARDS)('$name', ({ speeds, right }) => {
  it.each(Object.entries(WAITS))('is seen through %s', async (_, waits) => {
    const exact = new FakeTop(cardOf(speeds), { wait: 0, jitter: 0 });
    const wanted = await chooseKernels(exact.gpu, 'F16', exact);
    const top = new FakeTop(cardOf(speeds), waits);
    const { choice, gflops } = await chooseKernels(top.gpu, 'F16', top);
    expect(choice).toEqual(right);
    for (const [way, rate] of Object.entries(gflops)) {
      expect(rate / wanted.gflops[way]!, way).toBeGreaterThan(0.8);
      expect(rate / wanted.gflops[way]!, way).toBeLessThan(1.25);
    }
  });
});

it.each([
  ['a slow chip', { ...SMALL, gflops: 100, register: 1, bandwidth: 10 }],
  ['a slow chip on which threads do well to share', { ...LARGE, gflops: 100, register: 0.9, bandwidth: 10 }],
  ['a small card', SMALL],
  ['a large card', LARGE],
] as const)(
  'on %s, each submission waited for 3 ms, no more than seconds go by, and no watchdog bites',
  async (_, speeds) => {
    const top = new FakeTop(cardOf(speeds), WAITS['a noisy 3 ms']!);
    await chooseKernels(top.gpu, 'F16', top);
    expect(top.spent).toBeLessThan(6000);
    expect(top.longest).toBeLessThan(1000);
  },
);

it.each([
  ['matmul_small', {}],
  ['matmul_workgroup', {}],
  ['matvec_workgroup', {}],
  ['matvec_workgroup', { ROWS: 8 }],
  ['finish_strips', {}],
  ['flash', {}],
  ['flash', { ROWS: 1 }],
  ['norm', { THREADS: 64 }],
  ['softmax', { THREADS: 64 }],
] as const)('what is chosen where a browser refuses %s %o compiles', async (name, refused) => {
  const refuses: Card['refuses'] = (kernel, constants) =>
    kernel === name && Object.entries(refused).every(([c, value]) => constants[c] === value);
  const top = new FakeTop({ ...cardOf(LARGE), refuses }, WAITS['no wait']!);
  const { choice } = await chooseKernels(top.gpu, 'F16', top);
  const d = await top.dispatcher(choice);
  const kinds = [{ dtype: 'F16', epilogue: 'store' }] as const;
  await d.ready([
    ...[...manyRowKernels(d, kinds), ...fewRowKernels(d, kinds)],
    ...[...normKernels(d, false), ...logitKernels(d), ...attentionKernels(d, HEADS)],
  ]);
  // The rest is chosen as though nothing were amiss.
  const best = CARDS[0]!.right;
  expect(choice.matvec === best.matvec || name === 'matvec_workgroup').toBe(true);
  expect(choice.matmul === best.matmul || name === 'matmul_workgroup').toBe(true);
});

it('on a processor two ways are measured, and no finer choice', async () => {
  const slow = { ...SMALL, gflops: 2, bandwidth: 2 };
  const top = new FakeTop({ ...cardOf(slow), software: true }, WAITS['a noisy half millisecond']!);
  const { choice, gflops } = await chooseKernels(top.gpu, 'F16', top);
  expect(Object.keys(gflops)).toEqual(['matmul_register', 'matvec_register']);
  expect(choice).toEqual({ matmul: 'matmul_register', matvec: 'matvec_register', threads: 1, anyEpilogue: true });
  expect(top.spent).toBeLessThan(1000);
});
