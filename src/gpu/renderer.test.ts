import { afterEach, expect, it, vi } from 'vitest';
import { untoldName } from './renderer';

afterEach(() => vi.unstubAllGlobals());

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';

it('an adapter that tells nothing is called what WebGL says it draws with', () => {
  const gl = { getParameter: () => 'NVIDIA GeForce GTX 980, or similar', getExtension: () => null };
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = () => gl;
    },
  );
  expect(untoldName(FIREFOX)).toBe('NVIDIA GeForce GTX 980, or similar');
});

it('without WebGL it is called by its browser', () => {
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = () => null;
    },
  );
  expect(untoldName(FIREFOX)).toBe('the adapter of Firefox 153');
  expect(untoldName('Node.js/20')).toBe('');
});
