import { describe, expect, it } from 'vitest';
import { bytesOf, dtypesJoined, isDtype, widen } from './dtypes';

describe('stored types', () => {
  it('are told from others by their exact names', () => {
    expect(['F32', 'F16', 'BF16', 'bf16', 'I8', 'IQ2_XS', 'toString', ''].map(isDtype)).toEqual(
      [1, 1, 1, 0, 0, 0, 0, 0].map(Boolean),
    );
  });

  it('know how long so many numbers are', () => {
    expect([bytesOf('F32', 40), bytesOf('F16', 40), bytesOf('BF16', 8)]).toEqual([160, 80, 16]);
  });

  it('are listed as a sentence lists them', () => expect(dtypesJoined('or')).toBe('F32, F16 or BF16'));
});

describe('widening published numbers', () => {
  const bytes = (...halves: number[]) => new Uint8Array(Uint16Array.from(halves).buffer);

  it('F16: ones, the largest, the smallest, the subnormal, the infinite', () => {
    const all = widen(bytes(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0xfc00), 'F16');
    expect(Array.from(all)).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, -Infinity]);
    expect(widen(bytes(0x7e00), 'F16')[0]).toBeNaN();
  });

  it('BF16 is the upper half of F32', () => {
    expect(Array.from(widen(bytes(0x3f80, 0xc040, 0x7f80, 0x0000), 'BF16'))).toEqual([1, -3, Infinity, 0]);
  });

  it('F32, also from the middle of a file at an odd place', () => {
    const file = new Uint8Array(13);
    new DataView(file.buffer).setFloat32(5, -1.5, true);
    expect(Array.from(widen(file.subarray(5, 9), 'F32'))).toEqual([-1.5]);
  });
});
