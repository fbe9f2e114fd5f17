import { expect, it, vi } from 'vitest';
import { memoryShelf } from '../../formats/memory-shelf';
import { openDawn } from '../../gpu/dawn';
import { openGpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import { nameOfChoice, recallProof } from './adapter-proof';
import { LiveDevice, openDevice } from './device';
import { keepRates } from './kernel-rates';

/** Kernels that are known, since measuring them is not what this is about. */
async function shelfWithRates(webgpu: GPU) {
  const shelf = memoryShelf();
  const gpu = await openGpu(webgpu);
  await keepRates(shelf, gpu.facts, {
    choice: { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 },
    gflops: { matmul_register: 1 },
  });
  gpu.destroy();
  return shelf;
}

/** A browser that reads one of the shaders as none of ours was written. */
const otherwise = (webgpu: GPU, shader: string, fault: string) =>
  ({
    async requestAdapter() {
      const adapter = (await webgpu.requestAdapter())!;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (wanted) => {
        const device = await requestDevice(wanted);
        const create = device.createShaderModule.bind(device);
        device.createShaderModule = (asked) =>
          create(asked.label === shader ? { ...asked, code: `${fault}\n${asked.code}` } : asked);
        return device;
      };
      return adapter;
    },
  }) as GPU;

it('a shader that does not compile is named, with the place and what to do, and no numbers are blamed', async () => {
  const webgpu = await openDawn();
  const shelf = await shelfWithRates(webgpu);
  const opening = openDevice(otherwise(webgpu, 'attention.wgsl', 'fn odd() -> f32 { return true; }'), shelf);
  await expect(opening).rejects.toMatchObject({
    code: 'shader-refused',
    message: expect.stringMatching(/^attention\.wgsl \(\w+\) does not compile here, line 1: .*bool/),
    remedy: expect.stringContaining('another browser'),
  });
});

it('an adapter proves itself once, and again after its device was lost', async () => {
  const webgpu = await openDawn();
  const shelf = await shelfWithRates(webgpu);
  const first = await openDevice(webgpu, shelf);
  let isGone = false;
  const live = new LiveDevice({ webgpu: async () => (isGone ? undefined : webgpu), settings: async () => shelf });
  const second = await live.get();
  expect(second.report.selfTest).toEqual(first.report.selfTest);
  expect({ ...second.report, selfTest: 0 }).toEqual({ ...first.report, selfTest: 0 });
  expect(second.rates).toEqual(first.rates);

  // The kernels of other models than the bundled one are proved before the first of those, and that is known afterwards.
  const { cases } = first.report.selfTest;
  await second.prove({ modelType: 'llama', dtype: 'F16' });
  expect((await recallProof(shelf, second.gpu.facts))?.selfTest.cases).toBe(cases);
  await second.prove({ modelType: 'gpt_neox', dtype: 'BF16' });
  const proof = await recallProof(shelf, second.gpu.facts);
  expect(proof?.selfTest.cases).toBe(2 * cases);
  expect(proof?.choices).toEqual([nameOfChoice(first.rates)]);
  // Another choice by all cases; and on a later visit neither again.
  const other = { ...first.rates, choice: { ...first.rates.choice, fewRows: 9 } };
  await second.rest(other);
  const both = await recallProof(shelf, second.gpu.facts);
  expect(both).toEqual({ ...proof, choices: [nameOfChoice(first.rates), nameOfChoice(other)] });
  const later = await openDevice(webgpu, shelf);
  const recorded = vi.spyOn(Recorder.prototype, 'dispatch');
  await later.prove({ modelType: 'gpt_neox', dtype: 'BF16' });
  await later.rest(other);
  expect(recorded).not.toHaveBeenCalled();
  recorded.mockRestore();
  later.gpu.destroy();

  second.gpu.device.destroy();
  await second.gpu.device.lost;
  // Nor is it believed where there is no adapter at first.
  isGone = true;
  await expect(live.get()).rejects.toMatchObject({ code: 'no-webgpu' });
  isGone = false;
  const third = await live.get();
  expect(third.report.selfTest.passed).toBe(true);
  expect(Date.parse(third.report.selfTest.at)).toBeGreaterThan(Date.parse(first.report.selfTest.at));
  first.gpu.destroy();
  await live.close();
});
