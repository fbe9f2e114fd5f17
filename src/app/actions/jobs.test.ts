import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LopperError } from '../../errors';
import type { Lab } from '../../lab/jobs';
import { initialState } from '../store/state';
import { store } from '../store/store';
import { cancelJob, endModelJobs, runJob, type Work } from './jobs';

const lab = vi.hoisted(() => ({ cancel: async () => undefined }) as unknown as Lab);
vi.mock('../../lab/remote', () => ({ connectLab: () => ({ lab }) }));
vi.stubGlobal('document', { baseURI: 'http://localhost/' });

/** A job that finds what it is told to, and ends when it is told to. */
function start(slot: Work<string>['slot'] = 'curve') {
  const shown: string[] = [];
  let find = (_: string) => {};
  let finish = (_: string) => {};
  let fail = (_: unknown) => {};
  const ended = runJob<string>({
    slot,
    of: 'cosine',
    label: 'A curve',
    failure: 'It could not be drawn',
    run: (_, soFar) => {
      find = soFar;
      return new Promise((resolve, reject) => {
        [finish, fail] = [resolve, reject];
      });
    },
    show: (found) => void shown.push(found),
  });
  return {
    shown,
    ended,
    find: (f: string) => find(f),
    finish: (f: string) => finish(f),
    fail: (e: unknown) => fail(e),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  store.setState(initialState, true);
});
afterEach(() => vi.useRealTimers());

describe('what a job finds', () => {
  it('is shown now and then, the latest each time, and the whole at the end', async () => {
    const job = start();
    for (const found of ['1', '12', '123']) job.find(found);
    expect(job.shown).toEqual([]);
    vi.advanceTimersByTime(1000);
    job.find('1234');
    job.finish('12345');
    expect(await job.ended).toEqual({ ended: 'done', value: '12345' });
    vi.advanceTimersByTime(1000);
    expect(job.shown).toEqual(['123', '12345']);
    expect(store.getState().jobs.curve).toBeUndefined();
  });

  it('stays where it is cut or fails, as far as it came', async () => {
    const cut = start();
    cut.find('1');
    cancelJob('curve');
    expect(cut.shown).toEqual(['1']);
    cut.find('12');
    cut.finish('123');
    expect(await cut.ended).toEqual({ ended: 'cancelled' });
    vi.advanceTimersByTime(1000);
    expect(cut.shown).toEqual(['1']);

    const failing = start();
    failing.find('1');
    failing.fail(new LopperError('out-of-memory', 'Too large.', 'Take less.'));
    expect(await failing.ended).toMatchObject({ ended: 'failed', failure: { code: 'out-of-memory' } });
    expect(failing.shown).toEqual(['1']);
    expect(store.getState().notices).toMatchObject([{ title: 'It could not be drawn' }]);
  });

  it('is shown before a newer job of its kind begins, and never after', async () => {
    const older = start();
    older.find('old');
    const newer = start();
    expect(older.shown).toEqual(['old']);
    older.finish('too late');
    newer.finish('new');
    expect((await older.ended).ended).toBe('cancelled');
    expect((await newer.ended).ended).toBe('done');
    expect([older.shown, newer.shown]).toEqual([['old'], ['new']]);
  });

  it('is of the model that was open: with another one its job has ended, and a download has not', async () => {
    const [curve, download] = [start(), start('benchmark')];
    curve.find('half');
    endModelJobs();
    expect(curve.shown).toEqual(['half']);
    expect(Object.keys(store.getState().jobs)).toEqual(['benchmark']);
    curve.finish('whole');
    download.finish('here');
    expect((await curve.ended).ended).toBe('cancelled');
    expect((await download.ended).ended).toBe('done');
  });
});

it('a running job is known by what it measures', () => {
  start('influence');
  expect(store.getState().jobs.influence).toMatchObject({ of: 'cosine', label: 'A curve' });
});

describe('a device that is lost', () => {
  const lost = new LopperError('device-lost', 'The GPU device was lost.', 'Run the job again.');
  const losing = (times: number) => {
    const run = vi.fn(async () => {
      if (run.mock.calls.length <= times) throw lost;
      return 'done after all';
    });
    return { run, ended: runJob<string>({ slot: 'score', label: 'The loss', failure: 'No loss', run }) };
  };
  const titles = () => store.getState().notices.map((n) => n.title);

  it('starts the job once more, and says so', async () => {
    const { run, ended } = losing(1);
    expect(await ended).toEqual({ ended: 'done', value: 'done after all' });
    expect(run).toHaveBeenCalledTimes(2);
    expect(titles()).toEqual(['The graphics device was lost']);
  });

  it('fails the job where it is lost again', async () => {
    const { run, ended } = losing(2);
    expect(await ended).toMatchObject({ ended: 'failed', failure: { code: 'device-lost' } });
    expect(run).toHaveBeenCalledTimes(2);
    expect(titles()).toEqual(['The graphics device was lost', 'No loss']);
  });

  it('starts nothing where the job was cancelled meanwhile', async () => {
    const { run, ended } = losing(1);
    cancelJob('score');
    expect(await ended).toEqual({ ended: 'cancelled' });
    expect(run).toHaveBeenCalledTimes(1);
  });
});
