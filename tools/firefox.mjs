// Finds a Firefox, and Mesa's lavapipe, the Vulkan driver in software that it computes on.
import { existsSync, readFileSync } from 'node:fs';
import { debianInstalls, onPath } from './chromium.mjs';

const DRIVERS = ['lvp_icd.json', 'lvp_icd.x86_64.json', 'lvp_icd.aarch64.json'].map(
  (name) => `/usr/share/vulkan/icd.d/${name}`,
);

/** The description of lavapipe, where it is installed. */
export const findLavapipe = () => DRIVERS.find((file) => existsSync(file));

const isBookworm = () => existsSync('/etc/os-release') && /=bookworm$/m.test(readFileSync('/etc/os-release', 'utf8'));

const installed = () => ({
  browser: process.env.FIREFOX_PATH ?? onPath('firefox-esr') ?? onPath('firefox'),
  driver: process.env.VK_DRIVER_FILES ?? findLavapipe(),
});

/**
 * The paths of a Firefox and of lavapipe's description; with `install`, of what Debian installs where one is missing.
 * Throws one sentence that says what is missing.
 * @param {{ install?: boolean }} [options]
 * @returns {{ browser: string, driver: string }}
 */
export function findFirefox({ install = false } = {}) {
  if (process.platform !== 'linux') throw new Error('Firefox is tested on Linux, where its driver in software is.');
  let { browser, driver } = installed();
  if (install && !(browser && driver)) {
    if (!browser) debianInstalls('firefox-esr');
    // Version 24 or later computes; Debian 12 has it in its backports alone.
    if (!driver) debianInstalls('mesa-vulkan-drivers', isBookworm() ? 'bookworm-backports' : undefined);
    ({ browser, driver } = installed());
  }
  if (!browser) throw new Error('No Firefox was found: install firefox-esr, or name one with FIREFOX_PATH.');
  if (!driver) throw new Error('Mesa’s lavapipe was not found: install mesa-vulkan-drivers, 24 or later.');
  return { browser, driver };
}
