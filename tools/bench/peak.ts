import code from './peak.wgsl?raw';
import { takeTurns } from './timing';

const WORKGROUP = 64;
const STEPS = 1024;
/** A run is lengthened until it takes this long, so that what a submission costs does not count. */
const ENOUGH_MS = 80;

/**
 * The best rate at which the adapter multiplies and adds f32 in registers, in GFLOP/s (a multiply-add is two):
 * what a matmul could reach at most. The best of several forms of the same loop.
 */
export async function measurePeak(device: GPUDevice): Promise<number> {
  const module = device.createShaderModule({ label: 'peak', code });
  let best = 0;
  for (const { FUSED, CHAINS } of [0, 1].flatMap((FUSED) => [2, 4, 8].map((CHAINS) => ({ FUSED, CHAINS })))) {
    const pipeline = await device.createComputePipelineAsync({
      label: `peak ${CHAINS}`,
      layout: 'auto',
      compute: { module, entryPoint: 'peak', constants: { FUSED, CHAINS, STEPS } },
    });
    let groups = 64;
    let ms = 0;
    while (ms < ENOUGH_MS && groups < 65_535) {
      if (ms > 0) groups = Math.min(65_535, Math.ceil(groups * Math.min(8, (1.2 * ENOUGH_MS) / ms)));
      ms = await timeDispatch(device, pipeline, groups);
    }
    best = Math.max(best, (2 * 4 * CHAINS * STEPS * WORKGROUP * groups) / (ms * 1e6));
  }
  return best;
}

async function timeDispatch(device: GPUDevice, pipeline: GPUComputePipeline, groups: number): Promise<number> {
  const buffer = device.createBuffer({ label: 'peak', size: 16 * WORKGROUP * groups, usage: GPUBufferUsage.STORAGE });
  const bindGroup = device.createBindGroup({
    label: 'peak',
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const [times] = await takeTurns(
    [
      async () => {
        const encoder = device.createCommandEncoder({ label: 'peak' });
        const pass = encoder.beginComputePass({ label: 'peak' });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(groups);
        pass.end();
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
      },
    ],
    5,
  );
  buffer.destroy();
  return Math.min(...times!);
}
