import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectFailure } from '../formats/testing';
import { openDawn } from './dawn';
import { type Buffer, type Gpu, openGpu } from './gpu';
import { Kernels, type Pipeline, write } from './kernel';
import { Parameters } from './parameters';
import { grid, Recorder } from './recorder';

/** x = x * factor + term: the order in which it runs shows in the result. */
const AFFINE = {
  file: 'affine.wgsl',
  code: `
    struct Params { factor: u32, term: u32 }
    @group(0) @binding(0) var<uniform> p: Params;
    @group(0) @binding(1) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(1)
    fn affine(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
      let i = id.y * groups.x + id.x;
      if (i < arrayLength(&x)) { x[i] = x[i] * p.factor + p.term; }
    }`,
  entry: 'affine',
  parameters: new Parameters('Params', { factor: 'u32', term: 'u32' }),
  bindings: { x: write(1) },
  constants: [],
};

let gpu: Gpu;
let recorder: Recorder;
let pipeline: Pipeline<{ factor: 'u32'; term: 'u32' }, 'x'>;
let x: Buffer;
let submissions: number;
beforeEach(async () => {
  gpu = await openGpu(await openDawn());
  recorder = new Recorder(gpu);
  pipeline = await Kernels.of(gpu).get(AFFINE);
  x = await gpu.allocate('x', 16, 'activations');
  submissions = 0;
  const { queue } = gpu.device;
  const submit = queue.submit.bind(queue);
  Object.defineProperty(queue, 'submit', {
    configurable: true,
    value: (buffers: GPUCommandBuffer[]) => {
      submissions++;
      submit(buffers);
    },
  });
});
afterEach(() => {
  recorder.destroy();
  gpu.destroy();
});

const affine = (factor: number, term: number, work = 1, groups: readonly [number, number] = [1, 1]) =>
  recorder.dispatch(pipeline, { factor, term }, { x }, groups, work);
const result = async (signal?: AbortSignal) => {
  const [bytes] = await recorder.read([{ buffer: x, offset: 0, bytes: 4 }], signal);
  return new Uint32Array(bytes)[0];
};

describe('recorded work', () => {
  it('runs in order, in one submission where it is short', async () => {
    for (const term of [1, 2, 3]) affine(10, term);
    expect(await result()).toBe(123);
    expect(submissions).toBe(1);
  });

  it('too long for one submission goes in several, still in order', async () => {
    for (const term of [1, 2, 3, 4, 5, 6]) affine(10, term, 0.4 * recorder.maxWork);
    expect(recorder.full).toBe(true);
    expect(await result()).toBe(123456);
    expect(submissions).toBeGreaterThanOrEqual(2);
    expect(recorder.full).toBe(false);
  });

  it('begins with the rate that is known, and is never cut finer for that', () => {
    const unknown = recorder.maxWork;
    expect(new Recorder(gpu, 1e9).maxWork).toBeGreaterThan(1000 * unknown);
    expect(new Recorder(gpu, 1).maxWork).toBe(unknown);
  });

  it('with one dispatch that is too long alone is not stuck on it', async () => {
    affine(10, 1, 5 * recorder.maxWork);
    affine(10, 2, 5 * recorder.maxWork);
    expect(await result()).toBe(12);
    expect(submissions).toBe(2);
  });

  it('of more dispatches than a block of parameters holds keeps each one its own', async () => {
    let want = 0;
    for (let i = 0; i < 1300; i++) {
      affine(3, i);
      want = (Math.imul(want, 3) + i) >>> 0;
    }
    expect(await result()).toBe(want);
  });

  it('mixes with copies in order', async () => {
    const y = await gpu.allocate('y', 16, 'activations');
    affine(1, 5);
    recorder.copy(x, 0, y, 4, 4);
    affine(1, 1);
    const [a, b, none] = await recorder.read([
      { buffer: x, offset: 0, bytes: 4 },
      { buffer: y, offset: 4, bytes: 4 },
      { buffer: y, offset: 0, bytes: 0 },
    ]);
    expect([new Uint32Array(a)[0], new Uint32Array(b)[0], none.byteLength]).toEqual([6, 5, 0]);
  });

  it('recorded again allocates nothing', async () => {
    affine(10, 1);
    await result();
    const { device } = gpu;
    const refuse = () => expect.unreachable('something was allocated');
    for (const method of ['createBuffer', 'createBindGroup', 'createComputePipelineAsync', 'createShaderModule'])
      Object.defineProperty(device, method, { value: refuse });
    for (let i = 0; i < 20; i++) {
      affine(1, 1);
      await result();
    }
    expect(await result()).toBe(21);
    expect(await Kernels.of(gpu).get(AFFINE)).toBe(pipeline);
  });

  it('recorded again with other buffers, or after one was freed, works on those', async () => {
    const on = (buffer: Buffer, term: number) =>
      recorder.dispatch(pipeline, { factor: 1, term }, { x: buffer }, [1, 1], 1);
    const y = await gpu.allocate('y', 16, 'activations');
    for (const [buffer, term] of [
      [x, 3],
      [y, 50],
      [x, 4],
    ] as const) {
      on(buffer, term);
      await recorder.flush();
    }
    gpu.free(y);
    recorder.forget();
    const z = await gpu.allocate('z', 16, 'activations');
    on(z, 7);
    const read = await recorder.read([x, z].map((buffer) => ({ buffer, offset: 0, bytes: 4 })));
    expect(read.map((bytes) => new Uint32Array(bytes)[0])).toEqual([7, 7]);
  });

  it('of more workgroups than one side of a grid may have reaches the last', async () => {
    expect(grid(0)).toEqual([0, 0]);
    expect(grid(65_535)).toEqual([65_535, 1]);
    x = await gpu.allocate('long', 4 * 70_000, 'activations');
    affine(1, 9, 1, grid(70_000));
    affine(1, 9, 1, grid(0)); // nothing
    const [bytes] = await recorder.read([{ buffer: x, offset: 0, bytes: 4 * 70_000 }]);
    expect(new Uint32Array(bytes).every((v) => v === 9)).toBe(true);
  });
});

describe('cancelling', () => {
  it('between submissions stops the rest, which is forgotten', async () => {
    const controller = new AbortController();
    for (let i = 0; i < 20; i++) affine(1, 1, 0.9 * recorder.maxWork);
    const { queue } = gpu.device;
    const submit = queue.submit;
    Object.defineProperty(queue, 'submit', {
      value: (buffers: GPUCommandBuffer[]) => {
        submit(buffers);
        controller.abort();
      },
    });
    await expectFailure(recorder.flush(controller.signal), 'cancelled');
    expect(submissions).toBe(1);
    expect(await result()).toBe(1);
  });

  it('before anything was submitted runs nothing', async () => {
    affine(1, 1);
    await expectFailure(recorder.flush(AbortSignal.abort()), 'cancelled');
    expect(submissions).toBe(0);
    expect(await result()).toBe(0);
  });

  it('a hundred reads leaves no memory behind: what was to be read into is read into later', async () => {
    const made: string[] = [];
    const { device } = gpu;
    const create = device.createBuffer.bind(device);
    Object.defineProperty(device, 'createBuffer', {
      value: (what: GPUBufferDescriptor) => {
        made.push(what.label!);
        return create(what);
      },
    });
    for (let i = 0; i < 100; i++) await expectFailure(result(AbortSignal.abort()), 'cancelled');
    affine(1, 7);
    expect(await result()).toBe(7);
    expect(made.filter((label) => label === 'readback')).toHaveLength(1);
  });
});

describe('a device that is lost', () => {
  it('is named by whatever is tried next', async () => {
    affine(1, 1);
    gpu.device.destroy();
    await gpu.device.lost;
    expect(gpu.failed).toBe(true);
    await expectFailure(result(), 'device-lost');
    await expectFailure(gpu.allocate('more', 16, 'weights'), 'device-lost');
    await expectFailure(() => gpu.check(), 'device-lost');
  });

  it('while results are on their way is named too', async () => {
    affine(1, 1);
    const work = result();
    gpu.device.destroy();
    await expectFailure(work, 'device-lost');
  });

  it('does not keep a new one from working', async () => {
    gpu.device.destroy();
    gpu = await openGpu(await openDawn());
    recorder = new Recorder(gpu);
    pipeline = await Kernels.of(gpu).get(AFFINE);
    x = await gpu.allocate('x', 16, 'activations');
    affine(1, 7);
    expect(await result()).toBe(7);
  });
});

describe('memory', () => {
  const before = { weights: 0, activations: 16, cache: 0 };

  it('is accounted by its use, in steps of 16 bytes, and given back', async () => {
    const a = await gpu.allocate('a', 100, 'weights');
    const b = await gpu.allocate('b', 1, 'cache');
    expect(gpu.memory()).toEqual({ weights: 112, activations: 16, cache: 16 });
    gpu.free(a);
    gpu.free(b);
    gpu.free(undefined);
    expect(gpu.memory()).toEqual(before);
  });

  it('for a buffer over the limit is refused with both numbers, before the driver is asked', async () => {
    const limit = gpu.facts.limits.maxBufferSize;
    await expectFailure(gpu.allocate('lm_head', limit + 1, 'weights'), 'model-too-large', 'lm_head', `${limit}`);
    expect(gpu.memory()).toEqual(before);
    affine(1, 1);
    expect(await result()).toBe(1);
  });

  it('that the driver has not is a named error, and what is there stays', async () => {
    // A real shortage would take the whole machine's memory; this is how Dawn answers to one.
    const { device } = gpu;
    const { createBuffer } = device;
    const starving = (d: GPUBufferDescriptor) => {
      if (d.label === 'too much') throw new RangeError('createBuffer failed, size is too large for the implementation');
      return createBuffer.call(device, d);
    };
    Object.defineProperty(device, 'createBuffer', { value: starving });
    await expectFailure(gpu.allocate('too much', 3 * 2 ** 20, 'weights'), 'out-of-memory', 'too much', '3 MiB');
    expect(gpu.memory()).toEqual(before);
    expect(gpu.failed).toBe(false);
    affine(1, 2);
    expect(await result()).toBe(2);
  });

  it('a command that the device refuses is reported, not passed over', async () => {
    const other = await gpu.allocate('not for reading', 16, 'activations', 0x08 /* COPY_DST */);
    recorder.copy(other, 0, x, 0, 4);
    const failure = await expectFailure(
      result().then(() => result()),
      'device-lost',
      'refused',
    );
    expect(failure.message).toMatch(/not for reading|usage/i);
  });
});
