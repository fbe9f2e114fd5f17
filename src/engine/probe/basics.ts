import { grid } from '../../gpu/recorder';
import { PEAK, SWEEP, TOUCH } from '../kernels/probe';
import { type BenchTop, WORD } from './bench-top';

const STEPS = 1024;
const GROUP = 64;

/**
 * The best rate at which the adapter multiplies and adds f32 in registers, in GFLOP/s (a multiply-add is two): what a
 * product could reach at most. The best of several forms of the same loop.
 */
export async function measurePeak(top: BenchTop): Promise<number> {
  let best = 0;
  for (const [FUSED, CHAINS] of [0, 1].flatMap((fused) => [2, 4, 8].map((chains) => [fused, chains] as const))) {
    const peak = await top.kernel(PEAK, { FUSED, CHAINS });
    let groups = 64;
    for (;;) {
      const out = await top.buffer('peak', 16 * GROUP * groups);
      const work = 4 * CHAINS * STEPS * GROUP * groups;
      const ms = await top.time(() => peak({ count: STEPS, stride: 0 }, { out }, [groups, 1], work));
      top.clear();
      best = Math.max(best, (2 * work) / (ms * 1e6));
      if (ms > 4 || groups >= 16_384) break;
      groups *= 16; // a card is not filled yet
    }
  }
  return best;
}

/** Bytes that no card keeps in its caches (an RTX 4090 has 72 MB, others up to 128): what is read of as many is from memory. */
export const LARGE = 256 * 2 ** 20;

export interface MemoryRates {
  /** GB/s of a large buffer read once. */
  readonly read: number;
  /** GB/s of a large buffer copied to another: what is read alone, not what is written. */
  readonly copy: number;
  /** GB/s from the program's memory to the adapter's. */
  readonly write: number;
}

export async function measureMemory(top: BenchTop): Promise<MemoryRates> {
  const { limits, software } = top.gpu.facts;
  const bytes = Math.min(software ? LARGE / 16 : LARGE, limits.maxStorageBufferBindingSize);
  const threads = 65_536;
  const count = Math.floor(bytes / 16 / threads);
  const source = await top.filled('source', bytes, WORD);
  const out = await top.buffer('out', Math.max(bytes, threads * 16));
  const sweep = await top.kernel(SWEEP, {});
  const swept = await top.time(() =>
    sweep({ count, stride: threads }, { source, out }, [threads / GROUP, 1], count * threads),
  );
  const copied = await top.time(() => top.recorder.copy(source, 0, out, 0, bytes));
  const piece = new Uint8Array(8 * 2 ** 20);
  const written = await top.time(() => top.gpu.device.queue.writeBuffer(source.raw, 0, piece));
  top.clear();
  const rate = (of: number, ms: number) => of / ms / 1e6;
  return { read: rate(count * threads * 16, swept), copy: rate(bytes, copied), write: rate(piece.length, written) };
}

export interface CallCosts {
  /** Milliseconds of a submission of nothing, waited for. */
  readonly submit: number;
  /** Milliseconds of one dispatch, submitted, with its result read back: the least that a token takes. */
  readonly roundTrip: number;
  /** Microseconds of the adapter's own for each of many dispatches in one pass that wait for one another, and that do not. */
  readonly dependent: number;
  readonly independent: number;
  /** Microseconds of the program's for each: recorded, encoded and handed over. */
  readonly recording: number;
}

/** At most; what fills a submission sooner is enough. */
const DISPATCHES = 2000;
const TRIES = 7;

/** Work before them keeps the adapter busy for so long, milliseconds: meanwhile they are recorded, encoded and handed over. */
const BUSY_MS = 30;

export async function measureCalls(top: BenchTop): Promise<CallCosts> {
  const { gpu, recorder } = top;
  const touch = await top.kernel(TOUCH, {});
  const words = await Promise.all(Array.from({ length: 64 }, (_, i) => top.buffer(`word ${i}`, 16)));
  const one = (i: number) => touch({ count: 1, stride: 0 }, { word: words[i % words.length] }, grid(1));
  const busy = await keepBusy(top);
  const behind = async (pick: (i: number) => number) => {
    const [own, program]: [number[], number[]] = [[], []];
    for (let i = 0; i < TRIES; i++) {
      busy();
      await recorder.flush(top.signal);
      const free = gpu.idle().then(() => performance.now());
      const begin = performance.now();
      let n = 0;
      while (n < DISPATCHES && !recorder.full) one(pick(n++));
      const flushed = recorder.flush(top.signal);
      const handed = performance.now();
      await flushed;
      await gpu.idle();
      const end = performance.now();
      own.push((1000 * (end - Math.max(handed, await free))) / n);
      program.push((1000 * (handed - begin)) / n);
    }
    return [median(own), Math.min(...program)] as const;
  };
  const best = async (act: () => Promise<unknown>): Promise<number> => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 20; i++) {
      const begin = performance.now();
      await act();
      least = Math.min(least, performance.now() - begin);
    }
    return least;
  };
  const [dependent] = await behind(() => 0);
  const [independent, recording] = await behind((i) => i);
  const submit = await best(async () => {
    gpu.device.queue.submit([]);
    await gpu.idle();
  });
  const roundTrip = await best(() => {
    one(0);
    return recorder.read([{ buffer: words[0], offset: 0, bytes: 4 }]);
  });
  top.clear();
  return { submit, roundTrip, dependent, independent, recording };
}

/** What records work of so long that a thousand dispatches can be handed over behind it. */
async function keepBusy(top: BenchTop): Promise<() => void> {
  const [FUSED, CHAINS, groups] = [0, 2, top.gpu.facts.software ? 64 : 1024];
  const peak = await top.kernel(PEAK, { FUSED, CHAINS });
  const out = await top.buffer('busy', 16 * GROUP * groups);
  const work = (count: number) => () =>
    peak({ count, stride: 0 }, { out }, [groups, 1], 4 * CHAINS * count * GROUP * groups);
  let count = STEPS;
  await top.once(work(count)); // compiling is not its time
  for (;;) {
    const ms = await top.once(work(count));
    if (ms >= BUSY_MS || count >= 2 ** 26) return work(count);
    count *= Math.min(4, Math.ceil((1.2 * BUSY_MS) / Math.max(ms, 0.01)));
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
