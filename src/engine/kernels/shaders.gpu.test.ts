import { expect, it } from 'vitest';
import { SHADERS } from '../testing/every-kernel';
import { sharedGpu } from '../testing/gpu';

it.each(SHADERS)('%s is read without an error', async (_, code) => {
  const { device } = await sharedGpu();
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  expect(messages.filter((m) => m.type === 'error').map((m) => `line ${m.lineNum}: ${m.message}`)).toEqual([]);
});
