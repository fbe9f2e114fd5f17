/** Finds what Dawn needs on a Linux machine without a graphics card: a software Vulkan driver, and the Vulkan loader. */
import { accessSync, existsSync, constants as fs, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const LAVAPIPE_FOLDERS = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
const CHROMIUM_FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/chromium'];
const SWIFTSHADER = 'vk_swiftshader_icd.json';
/** Vulkan 1.3.274 came with Mesa 24.0; Dawn crashes on the lavapipe of earlier ones. */
const LAVAPIPE_API = [1, 3, 274];
/** dlopen's "stay loaded" (glibc and musl), which Node does not name. */
const RTLD_NODELETE = 0x1000;

/** True where a graphics card, or WSL's way to one, shows. */
export const hasGraphicsCard = (dev = '/dev'): boolean => findCards(dev).length > 0;

/** A graphics card as the system shows it. */
export interface Card {
  /** Its device file. */
  readonly path: string;
  readonly maker: 'NVIDIA' | 'AMD' | 'Intel' | 'Microsoft' | 'unknown';
  /** False where this user may not open it. */
  readonly usable: boolean;
  /** On the PCI bus, as in 0000:01:00.0. */
  readonly address?: string;
}

const MAKERS: Readonly<Record<string, Card['maker']>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

/** The cards that show, or WSL's way to one. */
export function findCards(dev = '/dev', sys = '/sys'): Card[] {
  const usable = (path: string) => {
    try {
      accessSync(path, fs.R_OK | fs.W_OK);
      return true;
    } catch {
      return false;
    }
  };
  const rendering = list(join(dev, 'dri')).filter((name) => name.startsWith('render'));
  const others = [
    ['nvidia0', 'NVIDIA'],
    ['dxg', 'Microsoft'],
  ] as const;
  const cards = rendering.map((name): Card => {
    const path = join(dev, 'dri', name);
    const device = join(sys, 'class', 'drm', name, 'device');
    return { path, maker: makerOf(join(device, 'vendor')), usable: usable(path), address: addressOf(device) };
  });
  for (const [name, maker] of others) {
    const path = join(dev, name);
    if (existsSync(path) && cards.every((c) => c.maker !== maker)) cards.push({ path, maker, usable: usable(path) });
  }
  return cards;
}

function makerOf(file: string): Card['maker'] {
  try {
    return MAKERS[readFileSync(file, 'utf8').trim()] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Where a link to a PCI device leads. */
function addressOf(device: string): string | undefined {
  try {
    return basename(readlinkSync(device)).match(/^[\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d$/)?.[0];
  } catch {
    return undefined;
  }
}

/**
 * What to do where adapters are called the same, which Dawn tells apart by nothing else. Mesa's layer puts the one that is
 * named first, whoever made its driver.
 */
export function howToShowAnother(cards: readonly Card[]): string {
  const named = cards.flatMap(({ address }) => (address ? [`DRI_PRIME=pci-${address.replace(/[:.]/g, '_')}`] : []));
  const either =
    named.length > 1 ? named.join(' or ') : 'DRI_PRIME=pci-0000_XX_00_0, with the address that lspci gives';
  return `Set ${either}: Mesa’s device-select layer, part of mesa-vulkan-drivers, then shows that card first, whoever made its driver. Or pass one card alone into a container (Docker: --gpus device=1).`;
}

/** The manifest of the best software driver here: lavapipe, else the SwiftShader that lies beside a Chromium. */
export function findSoftwareDriver(): string | undefined {
  return findLavapipe(LAVAPIPE_FOLDERS) ?? findSwiftShader();
}

/** A lavapipe new enough for Dawn, as its manifest says. */
export function findLavapipe(folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    for (const name of list(folder)) {
      if (/^lvp_icd.*\.json$/.test(name) && isRecent(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

function isRecent(manifest: string): boolean {
  try {
    const version: string = JSON.parse(readFileSync(manifest, 'utf8')).ICD.api_version;
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    const [a, b, c] = LAVAPIPE_API as [number, number, number];
    return major > a || (major === a && (minor > b || (minor === b && patch >= c)));
  } catch {
    return false;
  }
}

const findSwiftShader = () =>
  chromiumFolders()
    .map((folder) => join(folder, SWIFTSHADER))
    .find((path) => existsSync(path));

function chromiumFolders(): string[] {
  const { CHROMIUM_PATH, PLAYWRIGHT_BROWSERS_PATH } = process.env;
  const browsers = PLAYWRIGHT_BROWSERS_PATH || join(homedir(), '.cache', 'ms-playwright');
  const playwrights = list(browsers)
    .filter((name) => name.startsWith('chromium'))
    .flatMap((name) => list(join(browsers, name)).map((inner) => join(browsers, name, inner)));
  return [...(CHROMIUM_PATH ? [dirname(CHROMIUM_PATH)] : []), ...CHROMIUM_FOLDERS, ...playwrights.sort().reverse()];
}

/**
 * Loads a Chromium's Vulkan loader where the system has none. Dawn asks for `libvulkan.so.1` by name and is then given
 * the one already in the process. Node can only load libraries as addons, so both attempts end in an error: the first's
 * says whether the loader was found, and the second has by then done its work. Returns where it is from.
 */
export function ensureVulkanLoader(): 'system' | 'browser' | 'missing' {
  const load = (path: string) => {
    try {
      const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
      process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
    } catch (error) {
      return String(error);
    }
    return '';
  };
  const name = 'libvulkan.so.1';
  const isFound = (error: string) => error.includes('did not self-register');
  if (isFound(load(name))) return 'system';
  const other = chromiumFolders()
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  return other && isFound(load(other)) ? 'browser' : 'missing';
}

/** For people: "lavapipe", "SwiftShader". */
export const driverName = (manifest: string): string =>
  basename(manifest) === SWIFTSHADER ? 'SwiftShader' : 'lavapipe';

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
