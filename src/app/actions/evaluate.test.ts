import { beforeEach, expect, it, vi } from 'vitest';
import { LopperError } from '../../errors';
import type { EvalItem, EvalReport, ModelReport } from '../../lab/contract';
import type { Lab } from '../../lab/jobs';
import { justOpened } from '../store/open';
import { initialState } from '../store/state';
import { store } from '../store/store';
import { runTask } from './evaluate';

const lab = vi.hoisted(() => ({}) as { -readonly [method in keyof Lab]: Lab[method] });
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab }) }));
vi.mock('./kept-answers', () => ({
  knownAnswers: async (_: unknown, masks: readonly unknown[]) => masks.map(() => ({})),
  keepAnswers: async () => undefined,
  unfinishedRuns: async () => [],
}));
vi.stubGlobal('document', { baseURI: 'http://localhost/' });

const report = { id: 'sapling', fingerprint: 'f', blocks: 4, hasTokenizer: true } as ModelReport;
const soFar = { task: 'school', results: [], partial: true } as unknown as Omit<EvalReport, 'items'>;
const item = (index: number) => ({ index, answers: [{ chosen: index }] }) as unknown as EvalItem;

beforeEach(() => {
  lab.cancel = async () => undefined;
  const open = justOpened({ source: { kind: 'bundled' }, report, loaded: true });
  store.setState({ ...initialState, open }, true);
});

it('a task whose device is lost goes on from the answers there are, each of them once', async () => {
  const lost = new LopperError('device-lost', 'The device was lost.', 'Run it again.');
  const asked: unknown[] = [];
  lab.evaluate = vi.fn(async (request, { onItem }) => {
    asked.push(request.known);
    onItem?.(item(0), soFar);
    onItem?.(item(1), soFar);
    if (asked.length === 1) throw lost;
    return { ...soFar, items: [item(0), item(1), item(2)], partial: false };
  });
  expect(await runTask('school')).toBe(true);
  expect(asked).toEqual([[{}], [{ 0: { chosen: 0 }, 1: { chosen: 1 } }]]);
  expect(store.getState().open.evaluations.school!.items?.map(({ index }) => index)).toEqual([0, 1, 2]);
});

it('lost again, it fails by name, and what was reached stays, each answer once', async () => {
  lab.evaluate = vi.fn(async (_, { onItem }) => {
    onItem?.(item(0), soFar);
    throw new LopperError('device-lost', 'The device was lost.', 'Run it again.');
  });
  expect(await runTask('school')).toBe(false);
  expect(store.getState().notices.at(-1)?.failure?.code).toBe('device-lost');
  expect(store.getState().open.evaluations.school!.items?.map(({ index }) => index)).toEqual([0]);
});
