import { expect, it } from 'vitest';
import { PROSE, STORIES } from '../../lab/contract/bundled-texts';
import { isForeign, textToBe, usualText } from './calibration';
import { justOpened, type ModelSource } from './open';

const on = (source: ModelSource, text = STORIES) => ({
  calibration: textToBe(text),
  open: justOpened({ source, report: { blocks: 1 } as never, loaded: true }),
});
const other: ModelSource = { kind: 'files', name: 'other' };

it('Sapling’s text is strange to any other model, and a general one to none', () => {
  expect(isForeign(on({ kind: 'bundled' }))).toBe(false);
  expect(isForeign(on(other))).toBe(true);
  expect(isForeign(on(other, PROSE))).toBe(false);
  expect(isForeign(on({ kind: 'bundled' }, PROSE))).toBe(false);
  expect(isForeign({ ...on(other), calibration: { source: 'mine.txt', text: 'x', seqLen: 8 } })).toBe(false);
});

it('each model has a text that suits it', () => {
  expect(usualText(on({ kind: 'bundled' })).ofSapling).toBe(true);
  expect(usualText(on(other))).toBe(PROSE);
});
