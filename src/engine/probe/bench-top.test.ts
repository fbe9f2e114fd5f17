import { afterEach, expect, it, vi } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import type { Pipeline } from '../../gpu/kernel';
import { BenchTop } from './bench-top';

/** Multiply-adds per millisecond: a card's, thousands of times what a recorder takes for granted. */
const RATE = 1e9;

/** A card on a clock of its own: a workgroup is a thousand multiply-adds, and who waits hears of it so much later. */
function cardThatIsHeardOfAfter(wait: number) {
  let now = 0;
  let busyUntil = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const queue = {
    writeBuffer: () => {},
    submit: ([{ work }]: [{ work: number }]) => {
      busyUntil = Math.max(now, busyUntil) + work / RATE;
    },
    onSubmittedWorkDone: async () => {
      const heard = Math.max(now, busyUntil) + wait;
      await Promise.resolve();
      now = Math.max(now, heard);
    },
  };
  const createCommandEncoder = () => {
    let work = 0;
    const dispatchWorkgroups = (x: number, y: number) => {
      work += 1000 * x * y;
    };
    const pass = { setPipeline: () => {}, setBindGroup: () => {}, dispatchWorkgroups, end: () => {} };
    return { beginComputePass: () => pass, copyBufferToBuffer: () => {}, finish: () => ({ work }) };
  };
  const createBuffer = () => ({ destroy: () => {} });
  const gpu = {
    device: { queue, createCommandEncoder, createBuffer, createBindGroup: () => ({}) },
    facts: { software: false },
    allocate: async (_: string, bytes: number) => ({ raw: {}, bytes }),
    free: () => {},
    idle: queue.onSubmittedWorkDone,
    check: () => {},
  } as unknown as Gpu;
  return { top: new BenchTop(gpu), elapsed: () => now };
}

const KERNEL = {
  id: 0,
  kernel: { entry: 'some', bindings: {}, parameters: { write: () => {} } },
} as unknown as Pipeline;

/** Records so many multiply-adds, cut as products are: into what fits a submission. */
const recording = (top: BenchTop, work: number) => () => {
  for (let left = work; left > 0; ) {
    const piece = Math.min(left, Math.max(1e6, top.recorder.maxWork));
    top.recorder.dispatch(KERNEL, {}, {}, [Math.ceil(piece / 1000), 1], piece);
    left -= piece;
  }
};

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([0, 0.5, 3])(
  'runs are told apart by their own time, by a recorder that knows of no card, heard of after %d ms',
  async (wait) => {
    const { top, elapsed } = cardThatIsHeardOfAfter(wait);
    // 8, 10 and 134 million: of the smallest and the second shape of products.
    const works = [8.4e6, 1.05e7, 1.34e8];
    const times = await top.race(works.map((work) => recording(top, work)));
    for (const [i, ms] of times.entries()) {
      expect(ms / (works[i]! / RATE), `${works[i]}`).toBeGreaterThan(0.95);
      expect(ms / (works[i]! / RATE), `${works[i]}`).toBeLessThan(1.1);
    }
    expect(elapsed()).toBeLessThan(1000);
  },
);
