import { expect, it } from 'vitest';
import { sharedGpu } from '../testing/gpu';

const shaders = import.meta.glob<string>('../../../shaders/*.wgsl', { query: '?raw', import: 'default', eager: true });

it.each(Object.entries(shaders))('%s is read without an error', async (_, code) => {
  const { device } = await sharedGpu();
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  expect(messages.filter((m) => m.type === 'error').map((m) => `line ${m.lineNum}: ${m.message}`)).toEqual([]);
});
