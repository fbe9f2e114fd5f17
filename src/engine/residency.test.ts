import { describe, expect, it } from 'vitest';
import type { TensorMap } from '../formats/tensor';
import type { Recorder } from '../gpu/recorder';
import type { ModelSpec, SublayerSpec } from '../model/spec';
import type { SublayerWeights } from './layout';
import { staying, streamed } from './residency';
import type { WeightLoader } from './weights';

it('as many sublayers stay as go in beside two places for each form that passes', () => {
  const sizes = [10, 30, 10, 30, 10, 30];
  const forms = ['attn', 'ffn', 'attn', 'ffn', 'attn', 'ffn'];
  // Two places of each form take 80: of an ffn alone 60, where every attn stays.
  expect(staying(sizes, forms, 79)).toBe(0);
  expect(staying(sizes, forms, 90)).toBe(1);
  expect(staying(sizes, forms, 119)).toBe(1);
  expect(staying(sizes, forms, 120)).toBe(6);
  expect(staying(sizes, forms, 0)).toBe(0);
});

describe('weights that stream by', () => {
  /**
   * Four feed-forward layers, each of one number, and what happens: reads that end when they are told to, and submissions.
   * Where `forms` is 2, every other one is wider.
   */
  function open(forms: 1 | 2 = 1) {
    const log: string[] = [];
    const pending: (() => void)[] = [];
    let made = 0;
    const layer = (i: number) => {
      const linear = (name: string) => ({
        weights: [`${name}${i}`],
        biases: [],
        outputs: [1 + (i % forms)],
        inputs: 8,
        transposed: false,
      });
      return { kind: 'ffn', gated: false, up: linear('up'), down: linear('down') } as unknown as SublayerSpec;
    };
    const sublayers = [0, 1, 2, 3].map(layer);
    const tensors: TensorMap = new Map(
      sublayers.flatMap((_, i) =>
        ['up', 'down'].map((name) => [
          `${name}${i}`,
          { name, dtype: 'F32', shape: [1, 8], start: 0, end: 32 } as never,
        ]),
      ),
    );
    const failing = new Set<number>();
    const loader = {
      ...{ tensors, mark: 0, bytesRead: 0, secondsRead: 0, freeSince: () => undefined },
      async sublayer(s: SublayerSpec, reuse?: SublayerWeights) {
        const index = sublayers.indexOf(s);
        log.push(`read ${index}`);
        await new Promise<void>((resolve) => pending.push(resolve));
        if (failing.delete(index)) throw new TypeError(`${index} is gone`);
        return reuse ?? { place: made++ };
      },
    } as unknown as WeightLoader;
    /** Whether what is submitted has run, but for the last of it. */
    const gpu = { isBusy: false };
    const recorder = {
      async flush() {
        log.push('submit');
        while (gpu.isBusy) await new Promise((resolve) => setTimeout(resolve));
      },
    } as unknown as Recorder;
    const residency = streamed({ sublayers } as unknown as ModelSpec, loader, recorder);
    /** Lets the read that is on its way end, and whatever follows from that happen. */
    const arrive = async () => {
      await new Promise((resolve) => setTimeout(resolve));
      pending.shift()!();
      await new Promise((resolve) => setTimeout(resolve));
    };
    return { log, residency, arrive, failing, gpu, places: () => made };
  }

  it('are read a layer ahead of the work, into the place of the one whose work is submitted', async () => {
    const { log, residency, arrive, places } = open();
    const first = residency.acquire(0, 1);
    await arrive();
    await first;
    expect(log).toEqual(['submit', 'read 0', 'read 1']);
    await arrive(); // while layer 0 is computed
    await residency.acquire(1, 3);
    expect(log.slice(3)).toEqual(['submit', 'read 3']); // 2 is dropped by all
    await arrive();
    await residency.acquire(3);
    expect(log.slice(5)).toEqual([]); // it is there, and nothing comes after it
    expect(places()).toBe(2);
    expect(residency.reading!().bytesPerPass).toBe(4 * 64);
  });

  it('are read while the work before is still on its way, where its place is not the next one’s', async () => {
    const { log, residency, arrive, gpu, places } = open(2);
    const first = residency.acquire(0, 1);
    await arrive();
    await first;
    await arrive();
    gpu.isBusy = true;
    const second = residency.acquire(1, 2);
    await arrive();
    expect(log.slice(3)).toEqual(['submit', 'read 2']);
    gpu.isBusy = false;
    await second;
    gpu.isBusy = true;
    const third = residency.acquire(2, 3);
    await arrive();
    expect(log.slice(5)).toEqual(['submit', 'read 3']);
    gpu.isBusy = false;
    await third;
    expect(places()).toBe(4);
  });

  it('are read again where a read failed, told by the layer that needs them', async () => {
    const { log, residency, arrive, failing } = open();
    const first = residency.acquire(0, 1);
    failing.add(1);
    await arrive();
    await first;
    const next = residency.acquire(1, 2);
    next.catch(() => undefined);
    await arrive();
    await expect(next).rejects.toThrow('1 is gone');
    const again = residency.acquire(1);
    await arrive();
    await again;
    expect(log.filter((what) => what === 'read 1')).toHaveLength(2);
    expect(log).not.toContain('read 2');
  });

  it('that a walk began to read and did not come to are no trouble for the next walk', async () => {
    const { log, residency, arrive } = open();
    const first = residency.acquire(0, 1);
    await arrive();
    await first;
    const other = residency.acquire(2, 3); // 1 is still on its way
    await arrive();
    await arrive();
    expect(await other).toBe(await first); // the place of 0, which was asked for longest ago
    expect(log).toEqual(['submit', 'read 0', 'read 1', 'submit', 'read 2', 'read 3']);
  });
});
