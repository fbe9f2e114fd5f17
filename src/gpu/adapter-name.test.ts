import { expect, it } from 'vitest';
import { numberAmong, tellAdapter } from './adapter-name';

const lovelace = { vendor: 'nvidia', architecture: 'lovelace', description: 'NVIDIA: 570.86.10' };
const names = ['NVIDIA GeForce RTX 4060', 'NVIDIA GeForce RTX 4090', 'llvmpipe (LLVM 19.1.7, 256 bits)'];

it('tells a card by its own name, as it is listed, with its kind and driver', () => {
  const card = { ...lovelace, device: 'nvidia-geforce-rtx-4090' };
  expect(tellAdapter(card, names)).toBe('NVIDIA GeForce RTX 4090, nvidia lovelace, NVIDIA: 570.86.10');
  expect(tellAdapter(card)).toBe('nvidia-geforce-rtx-4090, nvidia lovelace, NVIDIA: 570.86.10');
  expect(tellAdapter({ ...lovelace, device: 'llvmpipe-256-bits-' })).toMatch(/^llvmpipe-256-bits, /);
  expect(numberAmong(names, card)).toBe(2);
  expect(numberAmong(names, { device: 'llvmpipe-llvm-19-1-7-256-bits-' })).toBe(3);
});

it('says no more than a browser does', () => {
  expect(tellAdapter({ vendor: 'nvidia', architecture: 'lovelace', device: '', description: '' })).toBe(
    'nvidia lovelace',
  );
  const firefox = { vendor: '', architecture: '', device: '', description: 'the adapter of Firefox 140' };
  expect(tellAdapter(firefox)).toBe('the adapter of Firefox 140');
  expect(tellAdapter({ ...firefox, device: 'x', description: 'x' })).toBe('x');
  expect(tellAdapter({ ...firefox, description: '' })).toBe('unnamed');
  expect(numberAmong([''], { device: '' })).toBeUndefined();
  expect(numberAmong(names, { device: 'radeon' })).toBeUndefined();
});
