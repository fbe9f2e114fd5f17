import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, expect, it, vi } from 'vitest';
import { accuracyOf } from '../../benchmarks/statistics';
import { sha256Of } from '../../formats/sha256';
import type { GrowthReport, InfluenceReport, ModelReport, PlanReport } from '../../lab/contract';
import { makeMask, maskFromSublayers } from '../../pruning/mask';
import { setMask } from '../store/masks';
import { justOpened } from '../store/open';
import { maskOf } from '../store/select';
import { initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { openFile, saveArchive } from './archive';
import { drawChartsBy } from './draw-charts';
import { saveEvaluations } from './save-evaluations';

const saved = vi.hoisted(() => [] as { name: string; content: string | Blob }[]);
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab: {} }) }));
vi.mock('./download', () => ({ download: (name: string, content: string | Blob) => saved.push({ name, content }) }));

const model = {
  id: 'tiny',
  architecture: 'LlamaForCausalLM',
  fingerprint: 'ab',
  blocks: 2,
  dtype: 'F32',
  parameters: 100,
  width: 2,
};
const sizes = { attnParameters: [10, 10], ffnParameters: [20, 20], kvBytesPerTokenPerBlock: 4 };
const mask = maskFromSublayers(2, [{ block: 1, kind: 'attn' }]);
const meanOf = { n: 1, mean: 1, interval: [0.5, 1] } as const;
const origin = { kind: 'here', adapter: 'a test' } as const;
const scored = (dropped: number, nll: number[]) => ({
  ...{ loss: nll.reduce((a, b) => a + b) / 20, perplexity: 2, tokens: 20, origin },
  mask: dropped ? mask : makeMask(2),
  parts: { of: 'windows' as const, nll, tokens: [10, 10] },
});
const influence: InfluenceReport = {
  metric: 'cosine',
  unit: 'attn',
  values: [0.5, 0.25],
  tokens: 20,
} as InfluenceReport;

const oneAnswer = { answer: 1, correct: true, metrics: { acc: 1 }, scores: [-2, -1] };
const answered = {
  report: {
    ...{ task: 'school', about: 'a test', metric: 'acc', shots: 0, chance: 0.25, available: 1, truncated: 0 },
    ...{ unreadable: 0, problems: [], bos: true, chat: false, dataSha256: 'ee', partial: false },
    results: [accuracyOf(1, 1), accuracyOf(1, 1)],
    metrics: { acc: [meanOf, meanOf] },
  },
  items: [{ index: 0, gold: 1, shown: { question: 'Who?', choices: ['he', 'she'] }, answers: [oneAnswer, oneAnswer] }],
  ...{ origin, text: 'school', masks: [makeMask(2), mask] },
};

beforeEach(() => {
  saved.length = 0;
  const report = { ...model, ...sizes, hasTokenizer: true } as unknown as ModelReport;
  store.setState({ ...initialState, open: justOpened({ source: { kind: 'bundled' }, report, loaded: true }) }, true);
  store.setState(({ calibration }) => ({ calibration: { ...calibration, text: 'Rosie ran.', source: 'mine.txt' } }));
  setMask(mask);
  changeOpen({
    full: scored(0, [10, 12]),
    pruned: scored(1, [11, 14]),
    influence: [{ report: influence, origin, text: 'mine.txt' }],
  });
});

it('all results are in one file, each under its hash, and the mask says what it costs, saves and was measured on', async () => {
  await saveArchive();
  expect(saved.map(({ name }) => name)).toEqual(['tiny-results.zip']);
  const files = unzipSync(new Uint8Array(await (saved[0]!.content as Blob).arrayBuffer()));
  const json = (name: string) => JSON.parse(strFromU8(files[name]!));
  const manifest = json('manifest.json');
  expect(manifest).toMatchObject({ format: 'lopper-archive', model: { id: 'tiny', weights_sha256: 'ab' } });
  expect(manifest.files.map((f: { name: string }) => f.name)).toEqual(['mask.json', 'influence/cosine-attn.json']);
  for (const { name, sha256 } of manifest.files) expect(await sha256Of(strFromU8(files[name]!))).toBe(sha256);
  expect(json('mask.json')).toMatchObject({
    dropped: { attn: [1], ffn: [] },
    loss: { full: 1.1, pruned: 1.25, added: expect.closeTo(0.15), measured: 'here', adapter: 'a test' },
    savings: { parameters: 10, parameter_fraction: 0.1, kv_bytes_per_token: 4, kv_fraction: 0.5 },
    calibration: { source: 'mine.txt', sequences: 2, tokens: 20, sha256: await sha256Of('Rosie ran.') },
    made_by: { adapter: 'a test', dtype: 'F32' },
  });
  expect(json('mask.json').loss.ci95).toHaveLength(2);
});

it('the answers to tasks come back with their items, as read from a file', async () => {
  changeOpen({ evaluations: { school: answered } });
  await saveArchive();
  changeOpen({ evaluations: {} });
  await openFile(new File([saved[0]!.content], 'tiny-results.zip'));
  const { school } = store.getState().open.evaluations;
  expect(school).toEqual({ ...answered, origin: { kind: 'file', adapter: 'a test', version: expect.any(String) } });
});

it('answers of another model are not taken for this one’s', async () => {
  changeOpen({ evaluations: { school: answered } });
  saveEvaluations();
  const other = (saved[0]!.content as string).replace('"weights_sha256": "ab"', '"weights_sha256": "cd"');
  changeOpen({ evaluations: {} });
  await openFile(new File([other], 'theirs.json'));
  expect(store.getState().open.evaluations).toEqual({});
  expect(store.getState().notices.at(-1)?.failure?.message).toContain('whose weights are not those');
});

it('an archive is opened again: its results, and its mask', async () => {
  await saveArchive();
  setMask(makeMask(2));
  changeOpen({ influence: [] });
  await openFile(new File([saved[0]!.content], 'tiny-results.zip'));
  expect(maskOf(store.getState()).dropped).toEqual(mask.dropped);
  expect(store.getState().open.influence.map(({ report }) => report.values)).toEqual([[0.5, 0.25]]);
});

it('a plan and a series of checkpoints come back with the rest', async () => {
  const plan = {
    ...{ budgets: [{ of: 'kv', by: 0.5 }], unit: 'attn', seed: 0, within: true, rivals: [], tokens: 20, best: 1 },
    ...{ tried: [{ pick: [0], loss: 2 }], notes: [], partial: false, work: { masks: 2, passes: 1.5, alone: 2 } },
    points: [0, 1].map((n) => ({
      ...{ ways: [], pick: n ? [0] : [], dropped: n ? [{ block: 0, kind: 'attn' }] : [], chosen: 1, loss: 1, sum: 0 },
      saved: { params: 0.1, kv: n / 2, time: 0.1, memory: 0.1 },
    })),
  } as never as PlanReport;
  const series = {
    ...{ series: 'mine', calibrationSha256: 'aa', metric: 'cosine', tokens: 20, failures: [], partial: false },
    points: [{ name: 'step1', loss: 2, block: [1, 2], attn: [1, 2], ffn: [1, 2] }],
  } as never as GrowthReport;
  changeOpen({
    plan: { report: plan, origin, text: 'mine.txt' },
    growth: { cosine: { report: series, origin, text: 'mine.txt' } },
  });
  await saveArchive();
  changeOpen({ plan: undefined, growth: {} });
  await openFile(new File([saved[0]!.content], 'tiny-results.zip'));
  const { open } = store.getState();
  expect(open.plan?.report).toEqual(plan);
  expect(open.growth.cosine).toMatchObject({ report: series, origin: { kind: 'file', adapter: 'a test' } });
});

it('a zip file that is none of Lopper’s changes nothing, and says so', async () => {
  await openFile(new File(['not a zip'], 'x.zip'));
  expect(maskOf(store.getState()).dropped).toEqual(mask.dropped);
  expect(store.getState().notices.map((n) => n.kind)).toEqual(['error']);
});

it('charts and tables lie beside the results, each under its hash, and are passed over when it is opened', async () => {
  drawChartsBy(async () => [
    { name: 'charts/curves.svg', content: '<svg/>' },
    { name: 'tables/curves.csv', content: 'removed,loss\n0,1\n' },
  ]);
  await saveArchive();
  drawChartsBy(async () => []);
  const files = unzipSync(new Uint8Array(await (saved[0]!.content as Blob).arrayBuffer()));
  expect(strFromU8(files['tables/curves.csv']!)).toBe('removed,loss\n0,1\n');
  const { files: told } = JSON.parse(strFromU8(files['manifest.json']!));
  expect(told).toContainEqual({ name: 'charts/curves.svg', bytes: 6, sha256: await sha256Of('<svg/>') });
  expect(strFromU8(files['README.md']!)).toContain('- charts/curves.svg');
  await openFile(new File([saved[0]!.content], 'tiny-results.zip'));
  expect(store.getState().notices.filter(({ kind }) => kind === 'error')).toEqual([]);
});

it('what stands in for the dropped layers comes back, to the bit, as the third model', async () => {
  const module = { strength: 0.75, bias: Float32Array.of(0.1, -3) };
  const modules = [{ unit: { kind: 'attn', block: 1 } as const, module }];
  changeOpen({
    recovered: { mask, modules, name: 'mean update', strength: 0.75, losses: [], applied: true },
  });
  await saveArchive();
  setMask(makeMask(2));
  changeOpen({ recovered: undefined });
  await openFile(new File([saved[0]!.content], 'tiny-results.zip'));
  expect(maskOf(store.getState()).dropped).toEqual(mask.dropped);
  expect(store.getState().open.recovered).toMatchObject({ modules, strength: 0.75, applied: true });
});
