/** WebGPU in Node: Dawn, on the graphics card or, where there is none, on a software driver. */
import { driverName, ensureVulkanLoader, findSoftwareDriver, hasGraphicsCard } from './vulkan';

export interface DawnOptions {
  /** Told once when a software driver is taken for want of a graphics card. */
  readonly onSoftware?: (driver: string) => void;
}

/** One for the whole process, and kept: every device made from an instance dies when the instance is collected. */
let instance: Promise<GPU> | undefined;

/**
 * Dawn's `navigator.gpu`. A `VK_ICD_FILENAMES` or `VK_DRIVER_FILES` that is set is left alone. Dawn keeps Node from
 * ending by itself: programs have to call `process.exit`.
 */
export function openDawn(options: DawnOptions = {}): Promise<GPU> {
  instance ??= start(options);
  return instance;
}

async function start({ onSoftware }: DawnOptions): Promise<GPU> {
  const chosen = process.env.VK_ICD_FILENAMES !== undefined || process.env.VK_DRIVER_FILES !== undefined;
  const mayChoose = process.platform === 'linux' && !chosen;
  const takeSoftware = () => {
    const driver = findSoftwareDriver();
    if (!driver) return false;
    process.env.VK_ICD_FILENAMES = driver; // read when Dawn makes its Vulkan instance
    onSoftware?.(driverName(driver));
    return true;
  };
  if (process.platform === 'linux') ensureVulkanLoader();
  if (mayChoose && !hasGraphicsCard()) takeSoftware();
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  // A card whose driver is missing shows only now; a new instance looks for drivers again.
  if (mayChoose && hasGraphicsCard() && !(await gpu.requestAdapter()) && takeSoftware()) return create([]);
  return gpu;
}
