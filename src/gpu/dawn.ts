/** WebGPU in Node: Dawn, on the graphics card or, where there is none, on a software driver. */
import { LopperError } from '../errors';
import {
  driverName,
  ensureVulkanLoader,
  findCards,
  findSoftwareDriver,
  hasGraphicsCard,
  howToShowAnother,
} from './vulkan';

export interface DawnOptions {
  /** Told once when a software driver is taken for want of a graphics card. */
  readonly onSoftware?: (driver: string) => void;
  /**
   * Which adapter, where there are several: its number in `listAdapters`, from 1, or a part of its name. Else LOPPER_ADAPTER
   * says.
   */
  readonly adapter?: string;
}

/** How this process came to its driver. */
export interface DawnFacts {
  /** Where Vulkan's loader is from; 'none' where none is needed. */
  readonly loader: 'system' | 'browser' | 'missing' | 'none';
  /** What the environment names as the driver. */
  readonly named?: string;
  /** The software driver that was taken for want of a graphics card. */
  readonly software?: string;
}

/** One for the whole process, and kept: every device made from an instance dies when the instance is collected. */
let instance: Promise<GPU> | undefined;
let found: DawnFacts = { loader: 'none' };

/** As it was found when Dawn was opened. */
export const dawnFacts = (): DawnFacts => found;

/**
 * Dawn's `navigator.gpu`. A `VK_ICD_FILENAMES` or `VK_DRIVER_FILES` that is set is left alone. Dawn keeps Node from
 * ending by itself: programs have to call `process.exit`. Rejects with `no-adapter` where the one that was asked for is
 * not there.
 */
export function openDawn(options: DawnOptions = {}): Promise<GPU> {
  instance ??= start(options);
  return instance;
}

async function start({ onSoftware, adapter = process.env.LOPPER_ADAPTER || undefined }: DawnOptions): Promise<GPU> {
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  const mayChoose = process.platform === 'linux' && named === undefined;
  const takeSoftware = () => {
    const driver = findSoftwareDriver();
    if (!driver) return false;
    process.env.VK_ICD_FILENAMES = driver; // read when Dawn makes its Vulkan instance
    found = { ...found, software: driverName(driver) };
    onSoftware?.(driverName(driver));
    return true;
  };
  if (process.platform === 'linux') found = { loader: ensureVulkanLoader(), named };
  if (mayChoose && !hasGraphicsCard()) takeSoftware();
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  if (adapter !== undefined) return create([`adapter=${chosen(adapter, await namesOf(create))}`]);
  const gpu = create([]);
  // A card whose driver is missing shows only now; a new instance looks for drivers again.
  if (mayChoose && hasGraphicsCard() && !(await gpu.requestAdapter()) && takeSoftware()) return create([]);
  return gpu;
}

/** The names of all adapters that Dawn finds. */
export async function listAdapters(): Promise<string[]> {
  await instance?.catch(() => undefined); // drivers are chosen by then
  const { create } = await import('webgpu');
  return namesOf(create);
}

/** Dawn lists its adapters where it is asked for one that is not there. */
async function namesOf(create: (flags: string[]) => GPU): Promise<string[]> {
  try {
    await create(['adapter=none of these']).requestAdapter();
    return [];
  } catch (error) {
    return Array.from(String(error).matchAll(/\* backend: '\w+', name: '(.*)'/g), ([, name]) => name!);
  }
}

/**
 * The whole name of the adapter that is meant. Dawn takes the first whose name contains it: throws `no-adapter` where that
 * would be another, and where there is none.
 */
export function chosen(asked: string, names: readonly string[]): string {
  const like = (name: string) => name.toLowerCase();
  const whole = names.findIndex((name) => like(name) === like(asked));
  const part = names.findIndex((name) => like(name).includes(like(asked)));
  const meant = /^\d+$/.test(asked) ? Number(asked) - 1 : whole >= 0 ? whole : part;
  const name = names[meant];
  if (name === undefined) {
    const list = names.map((n, i) => `${i + 1} ${n}`).join(', ') || 'none at all';
    throw new LopperError(
      'no-adapter',
      `There is no adapter "${asked}": ${list}.`,
      'Give the number of one of these, or a part of its name.',
    );
  }
  const first = names.findIndex((other) => other.includes(name));
  if (first < meant) {
    throw new LopperError(
      'no-adapter',
      `Adapter ${meant + 1} is called ${name}, and only the first whose name contains that can be taken: ${first + 1}, ${names[first]}.`,
      `${howToShowAnother(findCards())} Then ask for it by its new number.`,
    );
  }
  return name;
}
