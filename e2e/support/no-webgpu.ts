import { CHROMIUM_FLAGS, findChromium } from '../../tools/chromium.mjs';

/** A browser without WebGPU, as on many school machines; it also starts at once. */
export const WITHOUT_WEBGPU = {
  executablePath: findChromium(),
  args: [...CHROMIUM_FLAGS.filter((flag) => !/webgpu/.test(flag)), '--disable-gpu', '--disable-features=WebGPUService'],
};
