import { openGpu } from '../../src/gpu/gpu';
import { nodeEnvironment } from '../../src/lab/place/node';
import { openMeasurements } from './measurements';

/** Without a page: every row that needs none, on Dawn in Node. */
export async function measurementsInNode(root: string) {
  const environment = nodeEnvironment(root);
  return openMeasurements(await openGpu(await environment.webgpu()), environment);
}
