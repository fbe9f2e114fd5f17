import { beforeEach, expect, it, vi } from 'vitest';
import type { InfluenceReport, ModelReport } from '../../lab/contract';
import { type PartFile, partFile } from '../../lab/files/part-file';
import { mergeInfluence } from '../../lab/measure/influence-part';
import { justOpened } from '../store/open';
import { initialState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { openFile } from './archive';

/** What the lab would say: it merges as it does in its worker. */
vi.mock('../../lab/remote', () => ({
  connectLab: () => ({
    lab: { merge: async (job: string, parts: never[]) => (job === 'influence' ? mergeInfluence(parts) : parts[0]) },
  }),
}));

const model = {
  ...{ id: 'tiny', architecture: 'LlamaForCausalLM', fingerprint: 'ab', blocks: 2, dtype: 'F32', parameters: 100 },
  ...{ attnParameters: [10, 10], ffnParameters: [20, 20], kvBytesPerTokenPerBlock: 4 },
} as unknown as ModelReport;

const NONE = Number.NaN;
const influence = (values: number[]): InfluenceReport => {
  return { metric: 'loo-loss', unit: 'sublayer', values, tokens: 20, fullLoss: 1.5 };
};
function part(index: number, report: PartFile['report'], other: Partial<PartFile> = {}): File {
  const own = { index, of: 2 };
  const file: PartFile = {
    ...{
      job: 'influence',
      part: own,
      text: { source: 'a.txt' },
      asked: { metric: 'loo-loss' },
      words: [],
      dropped: [],
    },
    model: { id: 'tiny', blocks: 2, fingerprint: 'ab' },
    madeBy: { lopper: '0.1.0', adapter: 'a card', dtype: 'F32' },
    report: { ...report, part: own } as PartFile['report'],
    ...other,
  };
  return new File([JSON.stringify(partFile(file))], `part-${index}.json`);
}

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
  store.setState(initialState, true);
  store.setState({ open: justOpened({ source: { kind: 'bundled' }, report: model, loaded: true }) });
});

const notices = () =>
  store
    .getState()
    .notices.map(({ title, text, failure }) => `${title} ${text ?? failure?.message}`)
    .join('\n');
const [ONE, TWO] = [influence([1, NONE, 3, NONE]), influence([NONE, 2, NONE, 4])];

it('puts the parts of leave-one-out together, in whatever order they are dropped, and shows the whole', async () => {
  await openFile(part(2, TWO), part(1, ONE));
  expect(notices()).toContain('Opened 2 parts');
  const [shown] = store.getState().open.influence;
  expect(shown).toMatchObject({ report: { ...TWO, values: [1, 2, 3, 4] }, origin: { kind: 'file' }, text: 'a.txt' });
});

it('says which part is missing, and that one is of another model', async () => {
  await openFile(part(2, TWO));
  expect(notices()).toContain('Of 2 parts one is not there: 1.');
  changeOpen({ model: { source: { kind: 'bundled' }, report: { ...model, fingerprint: 'cd' }, loaded: true } });
  await openFile(part(1, ONE), part(2, TWO));
  expect(notices()).toContain('The parts are of tiny, whose weights are not those of the open model');
});
