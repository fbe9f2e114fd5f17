import { expect, test } from 'vitest';
import { PROSE } from '../../lab/contract/bundled-texts';
import { SMOLLM2 } from '../../lab/contract/measured-models';
import { parseLink } from '../../pruning/link';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import { DEFAULT_SEQ_LEN, textToBe } from '../store/calibration';
import { startHistory } from '../store/mask-history';
import { justOpened, type ModelSource } from '../store/open';
import { routeAtFirst, towards } from '../store/route';
import { type AppState, initialState } from '../store/state';
import { hashOf } from './address';

/** A page on which a model of twelve blocks is open. */
function page(source: ModelSource, ...dropped: Parameters<typeof maskFromSublayers>[1]): AppState {
  const mask = dropped.length > 0 ? maskFromSublayers(12, dropped) : makeMask(12);
  const model = { source, report: { blocks: 12 } as never, loaded: true };
  return { ...initialState, open: { ...justOpened(model), masks: startHistory(mask) } };
}

const sapling = { kind: 'bundled' } as const;

test('a fresh page has a plain address', () => {
  expect(hashOf(page(sapling))).toBe('');
});

test('the address says model, mask, tab and view, and nothing that is as on a fresh page', () => {
  const state = page(sapling, { block: 7, kind: 'attn' }, { block: 2, kind: 'ffn' });
  const route = towards(routeAtFirst.route, { view: 'curves' });
  expect(hashOf({ ...state, route })).toBe('#model=sapling&drop=attn:7;ffn:2&tab=plan&view=curves');
  expect(hashOf({ ...state, route: towards(route, { tab: 'cost' }) })).toBe(
    '#model=sapling&drop=attn:7;ffn:2&tab=cost',
  );
});

test('a folder is named, so that its mask waits for it', () => {
  const hash = hashOf(page({ kind: 'files', name: 'my model' }, { block: 7, kind: 'attn' }));
  expect(parseLink(hash)).toEqual({ folder: 'my model', dropped: [{ block: 7, kind: 'attn' }] });
});

test('a model whose results ship without its weights is named, and no file of one’s own', () => {
  const hash = hashOf(page({ kind: 'results', name: SMOLLM2.name }, { block: 7, kind: 'attn' }));
  expect(parseLink(hash)).toEqual({ results: SMOLLM2.name, dropped: [{ block: 7, kind: 'attn' }] });
  expect(hashOf(page({ kind: 'results', name: 'willow.json' }))).not.toContain('willow');
});

test('a lesson, its step, and the presenter are in the address', () => {
  const lesson = { name: 'drop-a-layer', step: 2 };
  const route = towards(routeAtFirst.route, { lesson, present: true });
  expect(parseLink(hashOf({ ...page(sapling), route }))).toMatchObject({
    lesson: 'drop-a-layer',
    step: 2,
    present: true,
  });
});

test('a text that was chosen is in the address, with its windows where they are other than its own', () => {
  const chosen = { ...textToBe(PROSE), chosen: true };
  expect(hashOf({ ...page(sapling), calibration: chosen })).toBe('#model=sapling&text=prose');
  expect(hashOf({ ...page(sapling), calibration: { ...chosen, seqLen: 32 } })).toBe(
    '#model=sapling&text=prose&window=32',
  );
  // One's own text cannot be written there, and one that came with the model need not be.
  const own = { source: 'pasted text', text: 'The cat sat on the mat.', seqLen: DEFAULT_SEQ_LEN, chosen: true };
  expect(hashOf({ ...page(sapling), calibration: own })).toBe('');
  expect(hashOf({ ...page({ kind: 'files', name: 'x' }), calibration: textToBe(PROSE) })).toBe('#folder=x');
});
