import { beforeEach, expect, it, vi } from 'vitest';
import type { ModelReport } from '../../lab/contract';
import type { Lab } from '../../lab/jobs';
import { dropSublayers, makeMask } from '../../pruning/mask';
import { setMask } from '../store/masks';
import { tell } from '../store/notify';
import { justOpened, type OpenModel } from '../store/open';
import { maskOf } from '../store/select';
import { initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { cancelJob, runJob } from './jobs';
import { openModel } from './open-model';

const lab = vi.hoisted(() => ({}) as { -readonly [method in keyof Lab]: Lab[method] });
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab }) }));
vi.mock('./evaluate', () => ({ showUnfinished: async () => undefined }));
vi.stubGlobal('document', { baseURI: 'http://localhost/' });

const report = (fingerprint: string) =>
  ({ id: fingerprint, fingerprint, blocks: 4, hasTokenizer: true }) as ModelReport;
const sapling: OpenModel = { source: { kind: 'bundled' }, report: report('sapling'), loaded: false };
const hub = { kind: 'hub', repo: 'a/b', revision: 'main', host: 'http://hub' } as const;
const mask = dropSublayers(makeMask(4), { block: 1, kind: 'ffn' });
const origin = { kind: 'here', adapter: 'test' } as const;

beforeEach(() => {
  lab.cancel = async () => undefined;
  store.setState({ ...initialState, open: justOpened(sapling) }, true);
  setMask(mask);
  changeOpen({ locked: [{ block: 2, kind: 'attn' }], pruned: { loss: 3, perplexity: 20, tokens: 9, mask, origin } });
});

it('with another model nothing of the one before is left', async () => {
  lab.open = vi.fn(async () => report('other'));
  expect(await openModel(hub)).toBe('done');
  const model = { source: hub, report: report('other'), loaded: true };
  expect(store.getState().open).toEqual(justOpened(model));
});

it('a model that does not open leaves the one before as it was', async () => {
  const before = store.getState().open;
  lab.open = vi.fn(async () => {
    throw new Error('no such model');
  });
  vi.spyOn(console, 'error').mockReturnValue();
  expect(await openModel(hub)).toBe('failed');
  expect(store.getState().open).toBe(before);
});

it('the bundled model takes the place of its own shipped results, and what was dropped meanwhile stays dropped', async () => {
  lab.open = vi.fn(async () => report('sapling'));
  await openModel({ kind: 'bundled' });
  const { model, locked, pruned } = store.getState().open;
  expect(maskOf(store.getState())).toEqual(mask);
  expect({ loaded: model?.loaded, locked, pruned }).toEqual({
    loaded: true,
    locked: [{ block: 2, kind: 'attn' }],
    pruned: undefined,
  });
});

it('what was being measured on the model before ends with it', async () => {
  const show = vi.fn();
  const run = runJob<string>({
    ...{ slot: 'norms', label: 'Norms', failure: 'They could not be measured', show },
    run: () => new Promise((resolve) => setTimeout(() => resolve('late'), 20)),
  });
  lab.open = vi.fn(async () => report('other'));
  await openModel(hub);
  expect(store.getState().jobs.norms).toBeUndefined();
  expect(await run).toEqual({ ended: 'cancelled' });
  expect(show).not.toHaveBeenCalled();
});

it('a model that the lab has opened is the one shown, also where it was cancelled too late', async () => {
  lab.open = vi.fn(async () => {
    cancelJob('open');
    return report('other');
  });
  await openModel(hub);
  expect(store.getState().open.model?.report).toEqual(report('other'));
});

it('what was offered to do with the layers of the model before is offered no longer', async () => {
  tell('Sapling is open', 'Its files list a layer.', { kind: 'drop', sublayers: [{ block: 3, kind: 'attn' }] });
  tell('A link', 'It is of another place.', { kind: 'open', model: hub, dropped: [] });
  lab.open = vi.fn(async () => report('other'));
  await openModel(hub);
  expect(store.getState().notices.map((n) => n.offer?.kind)).toEqual(['open']);
});
