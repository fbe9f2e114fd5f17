import { expect, it } from 'vitest';
import { modelName } from './select';
import type { AppState } from './state';

const named = (source: object, report: object) => modelName({ open: { model: { source, report } } } as AppState);

it('a model goes by its name, its revision, and what its weights were made of where they are not as published', () => {
  expect(named({ kind: 'bundled' }, { id: 'sapling' })).toBe('Sapling');
  expect(named({ kind: 'folder' }, { id: 'mine', precision: 'q4' })).toBe('mine in 4 bits');
  expect(named({ kind: 'hub', revision: 'v1' }, { id: 'a/b', precision: 'q8' })).toBe('a/b@v1 in 8 bits');
});
