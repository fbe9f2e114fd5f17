import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Checkpoint, GrowthReport } from '../../lab/contract';
import { STORIES } from '../../lab/contract/bundled-texts';
import { BUNDLED_SERIES } from '../../lab/files/growth-file';
import type { Lab } from '../../lab/jobs';
import { calibrationOf } from '../store/measuring';
import { justOpened, type OpenModel } from '../store/open';
import { type AppState, initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { measureGrowth, restoreShippedGrowth, showShippedGrowth, unfinished } from './growth';
import { cancelJob } from './jobs';
import { openModel } from './open-model';

const lab = vi.hoisted(() => ({}) as { -readonly [method in keyof Lab]: Lab[method] });
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab }) }));
vi.mock('./evaluate', () => ({ showUnfinished: async () => undefined }));
vi.stubGlobal('document', { baseURI: 'http://localhost/' });

const report: GrowthReport = {
  series: 'a/b',
  calibrationSha256: 'ab12',
  metric: 'cosine',
  tokens: 7,
  points: [],
  failures: [],
  partial: true,
};
const origin = { kind: 'here', adapter: 'test' } as const;
const on = (text: string): AppState => ({ ...initialState, calibration: { ...initialState.calibration, text } });

/** On the page, measured on "one". */
const shown = (report: GrowthReport, now = on('one')): AppState => ({
  ...now,
  open: {
    ...now.open,
    growth: { cosine: { report, origin, text: 'a text', calibration: calibrationOf(on('one')) } },
  },
});

describe('an unfinished series', () => {
  it('is gone on from where the same is asked', () => {
    expect(unfinished(shown(report), 'a/b', 'cosine')).toBe(report);
    const withTask = { ...report, task: { task: 'school', limit: 100 } };
    expect(unfinished(shown(withTask), 'a/b', 'cosine', 'school')).toBe(withTask);
  });

  it('is left where another series, metric, task or text is asked, and where it is done', () => {
    expect(unfinished(shown(report), 'a/c', 'cosine')).toBeUndefined();
    expect(unfinished(shown(report), 'a/b', 'loo-loss')).toBeUndefined();
    expect(unfinished(shown(report), 'a/b', 'cosine', 'school')).toBeUndefined();
    expect(unfinished(shown(report, on('two')), 'a/b', 'cosine')).toBeUndefined();
    expect(unfinished(shown({ ...report, partial: false }), 'a/b', 'cosine')).toBeUndefined();
  });
});

describe('on the page', () => {
  const shipped = { ...report, series: BUNDLED_SERIES, partial: false };
  const sapling = { fingerprint: 'abcd', blocks: 12, hasTokenizer: true } as OpenModel['report'];
  const model = { source: { kind: 'bundled' }, report: sapling, loaded: false } as const;
  const other = {
    source: { kind: 'hub', repo: 'a/b', revision: 'main', host: '' },
    report: sapling,
    loaded: true,
  } as const;
  let answer: () => void;
  beforeEach(() => {
    store.setState({ ...initialState, open: justOpened(model) }, true);
    const come = new Promise<void>((done) => {
      answer = done;
    });
    const text = async () =>
      JSON.stringify({
        text: { name: 'stories', source: STORIES.path, seqLen: STORIES.seqLen, sha256: '' },
        reports: [shipped],
        madeBy: { lopper: '0.1.0', adapter: 'test' },
      });
    vi.stubGlobal('fetch', () => come.then(() => ({ ok: true, text })));
    lab.cancel = vi.fn(async () => undefined);
    lab.calibrate = vi.fn(async () => undefined);
    lab.growth = vi.fn(async () => report);
  });

  it('a measurement that is cancelled before its checkpoints are known is not begun', async () => {
    let list = (_: Checkpoint[]) => {};
    lab.bundledCheckpoints = () => new Promise((done) => (list = done));
    const run = measureGrowth({ kind: 'bundled' }, 'cosine');
    cancelJob('growth');
    list([{ name: 'step0', step: 0, request: { kind: 'bundled', step: 0 } }]);
    await run;
    expect(lab.growth).not.toHaveBeenCalled();
  });

  it('a folder that is chosen again is gone on from, and another of its name only as far as it is the same', async () => {
    const runOf = (...weights: string[]) => ({
      kind: 'files' as const,
      files: weights.flatMap((text, i) =>
        ['config.json', 'model.safetensors'].map((name) =>
          Object.assign(new File([text], name, { lastModified: 7 }), { webkitRelativePath: `run/step${i}/${name}` }),
        ),
      ),
    });
    const points = ['step0', 'step1'].map((name) => ({ name, loss: 5, block: [], attn: [], ffn: [] }));
    const goneOnFrom = async (series: ReturnType<typeof runOf>) => {
      lab.growth = vi.fn(async () => ({ ...report, series: 'run', points }));
      await measureGrowth(series, 'cosine');
      return vi.mocked(lab.growth).mock.lastCall![0].resume?.points;
    };
    expect(await goneOnFrom(runOf('a', 'b', 'c'))).toBeUndefined();
    expect(await goneOnFrom(runOf('a', 'b', 'c'))).toEqual(points);
    expect(await goneOnFrom(runOf('a', 'other', 'c'))).toEqual([points[0]]);
  });

  it('shipped results are shown, and come back in the place of what was measured', async () => {
    answer();
    await showShippedGrowth();
    expect(store.getState().open.growth.cosine).toMatchObject({
      report: { series: BUNDLED_SERIES },
      origin: { kind: 'shipped', version: '0.1.0' },
      text: STORIES.title,
    });
    store.setState(shown({ ...report, series: BUNDLED_SERIES }));
    await showShippedGrowth();
    expect(store.getState().open.growth.cosine!.origin.kind).toBe('here');
    await restoreShippedGrowth('cosine');
    expect(store.getState().open.growth.cosine!.origin.kind).toBe('shipped');
  });

  it('shipped results that come when another model is open stay away', async () => {
    const run = showShippedGrowth();
    store.setState({ open: justOpened(other) });
    answer();
    await run;
    expect(store.getState().open.growth).toEqual({});
  });

  it('a film goes on when the bundled model takes the place of its shipped results', async () => {
    const moment = { metric: 'cosine', point: 0 } as const;
    store.setState(shown(report));
    changeOpen({ model, moment });
    lab.open = vi.fn(async () => sapling);
    await openModel({ kind: 'bundled' });
    expect(store.getState()).toMatchObject({ open: { model: { loaded: true }, moment } });
    await openModel({ kind: 'hub', repo: 'a/b', revision: 'main', host: '' });
    expect(store.getState().open.moment).toBeUndefined();
  });
});
