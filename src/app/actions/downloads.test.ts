import { beforeEach, expect, it, vi } from 'vitest';
import type { KeptDownload } from '../../lab/contract';
import type { Lab } from '../../lab/jobs';
import { initialState } from '../store/state';
import { store } from '../store/store';
import { offerUnfinished } from './downloads';

const lab = vi.hoisted(() => ({}) as { -readonly [method in keyof Lab]: Lab[method] });
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab }) }));
vi.stubGlobal('document', { baseURI: 'http://localhost/' });

beforeEach(() => store.setState(initialState, true));

const request = { kind: 'hub', repo: 'a/b', revision: 'main', host: 'https://hub.test', file: 'b.gguf' } as const;
const whole: KeptDownload = { from: 'https://hub.test/c/d@main', bytes: 9e9, complete: true };
const broken: KeptDownload = { from: 'https://hub.test/a/b@main', bytes: 2.5e6, complete: false, request };

it('a model whose download broke off is offered when the page opens', async () => {
  lab.keptDownloads = async () => [whole, broken];
  await offerUnfinished();
  const [notice, ...others] = store.getState().notices;
  expect(others).toEqual([]);
  expect(notice).toMatchObject({ kind: 'told', title: 'The download of a/b is not whole yet' });
  expect(notice!.text).toContain('2.4 MiB of it are kept');
  const { kind: _, ...model } = request;
  expect(notice!.offer).toEqual({ kind: 'open', model, dropped: [] });
});

it('nothing is offered where all is whole, where it is no model, and where nothing can be kept', async () => {
  lab.keptDownloads = async () => [whole, { ...broken, request: undefined }];
  await offerUnfinished();
  lab.keptDownloads = async () => Promise.reject(new Error('no storage'));
  await offerUnfinished();
  expect(store.getState().notices).toEqual([]);
});
