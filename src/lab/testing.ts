/** Helpers of the GPU tests: the shared models, and a Node lab whose devices can be taken away. */
import { existsSync, readFileSync } from 'node:fs';
import type { Sublayer } from '../model/units';
import { parseDropList } from '../pruning/drop-list';
import { createLab, type LocalLab } from './lab';
import { nodeEnvironment } from './place/node';

export const DATA = '../shared/data';
export const STORIES = `${DATA}/models/stories260K`;

/** Says so where tests are skipped for want of the data. */
export const hasData = existsSync(DATA);
if (!hasData) console.log(`skipped: ${DATA} is not here`);

export const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

export const drop = (list: string): Sublayer[] => parseDropList(list);

/** A lab in Node, and every device it has opened so far. */
export function testLab(root = '.'): { lab: LocalLab; devices: GPUDevice[] } {
  const devices: GPUDevice[] = [];
  const environment = nodeEnvironment(root);
  const webgpu = async () => {
    const gpu = (await environment.webgpu())!;
    const requestAdapter = async (options?: GPURequestAdapterOptions) => {
      const adapter = await gpu.requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        const device = await requestDevice(descriptor);
        devices.push(device);
        return device;
      };
      return adapter;
    };
    return { requestAdapter } as unknown as GPU;
  };
  return { lab: createLab({ ...environment, webgpu }), devices };
}

/** A new name for each job. */
export const job = (() => {
  let count = 0;
  return () => ({ job: `job ${count++}` });
})();
