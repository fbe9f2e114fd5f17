import { describe, expect, it } from 'vitest';
import { throwIfCancelled } from '../../errors';
import { JobQueue } from './queue';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the queue of jobs', () => {
  it('runs one job at a time, in order', async () => {
    const queue = new JobQueue();
    const log: string[] = [];
    const work = (name: string, ms: number) => async () => {
      log.push(`${name} starts`);
      await later(ms);
      log.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([queue.run({ job: 'a' }, work('a', 20)), queue.run({ job: 'b' }, work('b', 1))]);
    expect(results).toEqual(['a', 'b']);
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
  });

  it('rejects a running job within 250 ms of cancel even when its work is slow to notice', async () => {
    const queue = new JobQueue();
    const job = queue.run({ job: 'slow' }, async ({ signal }) => {
      await later(400);
      throwIfCancelled(signal);
    });
    await later(10);
    const asked = performance.now();
    queue.cancel('slow');
    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - asked).toBeLessThan(250);
  });

  it('never starts a job that was cancelled while it waited', async () => {
    const queue = new JobQueue();
    let started = false;
    const first = queue.run({ job: 'first' }, () => later(30));
    const second = queue.run({ job: 'second' }, async () => {
      started = true;
    });
    queue.cancel('second');
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    await first;
    await later(10);
    expect(started).toBe(false);
  });

  it('starts the next job only after a cancelled one has let go of the device', async () => {
    const queue = new JobQueue();
    let released = false;
    const slow = queue.run({ job: 'slow' }, async () => {
      await later(60);
      released = true;
    });
    await later(5);
    queue.cancel('slow');
    await expect(slow).rejects.toMatchObject({ code: 'cancelled' });
    expect(released).toBe(false);
    expect(await queue.run({ job: 'next' }, async () => released)).toBe(true);
  });

  it('goes on after a job that failed, and refuses a name already in use', async () => {
    const queue = new JobQueue();
    await expect(queue.run({ job: 'a' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const again = queue.run({ job: 'a' }, () => later(5));
    await expect(queue.run({ job: 'a' }, () => later(5))).rejects.toMatchObject({ code: 'usage' });
    await again;
  });
});
