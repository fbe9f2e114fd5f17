import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LopperError } from '../errors';
import type { Lab } from './jobs';
import { watchedLab } from './watched';

/** Labs that log what is asked of them; one that hangs answers nothing any more. */
function labs() {
  const log: string[] = [];
  let count = 0;
  let hangs = false;
  const connect = () => {
    const name = ++count;
    hangs = false;
    const answer = (method: string) => (asked?: { path?: string }) => {
      if (method !== 'cancel') log.push(`${name} ${method}${asked?.path ? ` ${asked.path}` : ''}`);
      return new Promise((resolve) => {
        if (method === 'score' || asked?.path === 'bad') hangs = true;
        if (!hangs) setTimeout(() => resolve(`${name} ${method}`), 10);
      });
    };
    const lab = new Proxy({}, { get: (_, method: string) => answer(method) }) as Lab;
    return { lab, end: () => void log.push(`${name} ended`) };
  };
  return { log, lab: watchedLab(connect) };
}

const open = (lab: Lab, path: string) => lab.open({ kind: 'folder', path }, { job: `open ${path}` });
const score = (lab: Lab) => lab.score({} as never, { job: 'score' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a lab that hangs is ended by name, and the next has what it had', async () => {
  const { log, lab } = labs();
  const ready = Promise.all([
    open(lab, 'good'),
    lab.configure({ memoryBudget: 5 }),
    lab.useToken('https://hub', 'hf_mine'),
  ]);
  await vi.advanceTimersByTimeAsync(20);
  await ready;
  const failed = expect(score(lab)).rejects.toMatchObject({
    code: 'hung',
    message: expect.stringContaining('no sign of life for 60 s'),
  });
  await vi.advanceTimersByTimeAsync(62_000);
  await failed;
  const norms = lab.norms({} as never, { job: 'norms' });
  await vi.advanceTimersByTimeAsync(100);
  expect(await norms).toBe('2 norms');
  expect(log).toEqual([
    ...['1 open good', '1 configure', '1 useToken', '1 score', '1 ended'],
    ...['2 useToken', '2 configure', '2 open good', '2 norms'],
  ]);
});

test('where someone has cancelled it is not waited for as long, and nothing failed', async () => {
  const { log, lab } = labs();
  const failed = expect(score(lab)).rejects.toMatchObject({ code: 'cancelled' });
  await vi.advanceTimersByTimeAsync(1500);
  void lab.cancel('score').catch(() => undefined);
  await vi.advanceTimersByTimeAsync(6000);
  await failed;
  expect(log).toEqual(['1 score', '1 ended']);
});

test('what waited behind what hung is asked of the next', async () => {
  const { log, lab } = labs();
  const failed = expect(score(lab)).rejects.toMatchObject({ code: 'hung' });
  const norms = lab.norms({} as never, { job: 'norms' });
  await vi.advanceTimersByTimeAsync(63_000);
  await failed;
  expect(await norms).toBe('2 norms');
  expect(log).toEqual(['1 score', '1 norms', '1 ended', '2 norms']);
});

test('a model that hangs in opening is not opened again; the one before it is', async () => {
  const { log, lab } = labs();
  const good = open(lab, 'good');
  await vi.advanceTimersByTimeAsync(20);
  await good;
  const failed = expect(open(lab, 'bad')).rejects.toMatchObject({
    code: 'hung',
    message: expect.stringContaining('opening a model'),
  });
  await vi.advanceTimersByTimeAsync(62_000);
  await failed;
  expect(log).toEqual(['1 open good', '1 open bad', '1 ended', '2 open good']);
});

test('one that is only slow is left alone', async () => {
  const slow = {
    norms: () => new Promise((resolve) => setTimeout(() => resolve('done'), 300_000)),
    cancel: async () => {},
  };
  const lab = watchedLab(() => ({ lab: slow as unknown as Lab, end: () => expect.unreachable() }));
  const norms = lab.norms({} as never, { job: 'norms' });
  await vi.advanceTimersByTimeAsync(301_000);
  expect(await norms).toBe('done');
});

test('a script that takes long to load is no hang', async () => {
  const loaded = new Promise<void>((resolve) => setTimeout(resolve, 200_000));
  const slow = { start: () => loaded.then(() => 'ready'), cancel: () => loaded };
  const lab = watchedLab(() => ({ lab: slow as unknown as Lab, loaded, end: () => expect.unreachable() }));
  const start = lab.start();
  await vi.advanceTimersByTimeAsync(201_000);
  expect(await start).toBe('ready');
});

test('where the script does not load, all that was asked fails by that name, and what is asked later tries again', async () => {
  const never = {
    open: () => new Promise(() => {}),
    start: () => new Promise(() => {}),
    cancel: () => new Promise(() => {}),
  };
  const failure = new LopperError('download-failed', 'did not load', 'Reload.');
  const answers = { start: async () => 'ready', cancel: async () => {} };
  let count = 0;
  const lab = watchedLab(() =>
    ++count === 1
      ? { lab: never as unknown as Lab, loaded: Promise.reject(failure), end: () => {} }
      : { lab: answers as unknown as Lab, end: () => {} },
  );
  const both = [lab.start(), open(lab, 'good')].map((asked) => expect(asked).rejects.toBe(failure));
  await vi.advanceTimersByTimeAsync(10);
  await Promise.all(both);
  expect(await lab.start()).toBe('ready');
});

test('a model that cannot be opened again is told as that to whoever asks of it', async () => {
  let count = 0;
  const connect = () => {
    const isFirst = ++count === 1;
    let isOpen = false;
    let hangs = false;
    const lab = {
      cancel: () => (hangs ? new Promise(() => {}) : Promise.resolve()),
      async open({ path }: { path: string }) {
        if (!isFirst && path === 'gone')
          throw new LopperError('file-missing', 'gone does not exist.', 'Check the path.');
        isOpen = true;
      },
      score() {
        hangs = true;
        return new Promise(() => {});
      },
      async norms() {
        if (hangs) await new Promise(() => {});
        if (!isOpen) throw new LopperError('model-missing', 'No model is open.', 'Open one first.');
        return 'norms';
      },
    };
    return { lab: lab as unknown as Lab, end: () => {} };
  };
  const lab = watchedLab(connect);
  await open(lab, 'gone');
  const failed = expect(score(lab)).rejects.toMatchObject({ code: 'hung' });
  const said = { code: 'model-missing', message: expect.stringContaining('opened again: gone does not exist.') };
  const waiting = expect(lab.norms({} as never, { job: 'norms' })).rejects.toMatchObject(said);
  await vi.advanceTimersByTimeAsync(63_000);
  await Promise.all([failed, waiting]);
  await open(lab, 'there');
  expect(await lab.norms({} as never, { job: 'norms 2' })).toBe('norms');
});
