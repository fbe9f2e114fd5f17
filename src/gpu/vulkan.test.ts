import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driverName, findCards, findLavapipe, hasGraphicsCard } from './vulkan';

describe('looking for a software Vulkan driver', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lopper-vulkan-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const manifest = (name: string, version: string) =>
    writeFileSync(join(folder, name), JSON.stringify({ ICD: { api_version: version, library_path: 'x.so' } }));

  it.each([
    ['1.4.305', true], // Mesa 25.0
    ['1.3.274', true], // Mesa 24.0
    ['1.3.230', false], // Mesa 22.3, on which Dawn crashes
    ['1.2.300', false],
    ['not a version', false],
  ])('lavapipe of Vulkan %s is used: %s', (version, used) => {
    manifest('lvp_icd.x86_64.json', version);
    expect(findLavapipe([folder])).toBe(used ? join(folder, 'lvp_icd.x86_64.json') : undefined);
  });

  it('passes over other drivers, broken manifests and folders that are not there', () => {
    manifest('intel_icd.json', '1.4.305');
    writeFileSync(join(folder, 'lvp_icd.json'), '{');
    expect(findLavapipe([join(folder, 'nowhere'), folder])).toBeUndefined();
  });

  it('sees a graphics card by its device file', () => {
    expect(hasGraphicsCard(folder)).toBe(false);
    mkdirSync(join(folder, 'dri'));
    writeFileSync(join(folder, 'dri', 'card0'), '');
    expect(hasGraphicsCard(folder)).toBe(false); // a display without a render node computes nothing
    writeFileSync(join(folder, 'dri', 'renderD128'), '');
    expect(hasGraphicsCard(folder)).toBe(true);
  });

  it('reads the address of a card where the system links it', () => {
    const drm = join(folder, 'class', 'drm', 'renderD128');
    for (const path of [join(folder, 'dri'), drm]) mkdirSync(path, { recursive: true });
    writeFileSync(join(folder, 'dri', 'renderD128'), '');
    symlinkSync('../../../0000:41:00.0', join(drm, 'device'));
    const [card] = findCards(folder, folder);
    expect(card).toMatchObject({ path: join(folder, 'dri', 'renderD128'), maker: 'unknown', address: '0000:41:00.0' });
  });

  it('names drivers as people know them', () => {
    expect(driverName('/usr/lib/chromium/vk_swiftshader_icd.json')).toBe('SwiftShader');
    expect(driverName('/usr/share/vulkan/icd.d/lvp_icd.x86_64.json')).toBe('lavapipe');
  });
});
