import { describe, expect, it } from 'vitest';
import type { Progress } from '../contract';
import { ProgressMeter } from './progress';

function meter(total: number, from?: number) {
  let time = 0;
  const reports: Progress[] = [];
  const m = new ProgressMeter(
    total,
    'steps',
    (p) => reports.push(p),
    () => time,
    from,
  );
  return {
    reports,
    at: (ms: number, done: number) => {
      time = ms;
      m.update(done, `${done} of ${total}`);
    },
  };
}

describe('progress with time left', () => {
  it('says nothing of the time left until it has seen enough', () => {
    const m = meter(100);
    m.at(100, 1);
    expect(m.reports[0]).toEqual({ label: '1 of 100', done: 1, total: 100, unit: 'steps' });
  });

  it('promises nothing from a slow start: hours, where it will be minutes', () => {
    const m = meter(1000);
    m.at(5_000, 1); // all that is compiled first
    m.at(8_000, 100);
    expect(m.reports.map((r) => r.secondsLeft !== undefined)).toEqual([false, true]);
  });

  it('says how long it takes after a while, however little is done', () => {
    const m = meter(100_000);
    for (let i = 1; i <= 30; i++) m.at(i * 1000, i);
    expect(m.reports.at(-1)?.secondsLeft).toBeCloseTo(99_970, 3);
  });

  it('at a steady pace the time left is exact from the first estimate on', () => {
    const m = meter(100);
    for (let i = 1; i <= 50; i++) m.at(i * 100, i);
    for (const r of m.reports.filter((r) => r.secondsLeft !== undefined)) {
      expect(r.secondsLeft).toBeCloseTo((100 - r.done) * 0.1, 6);
    }
    expect(m.reports.at(-1)?.secondsLeft).toBeCloseTo(5, 6);
  });

  it('what was done before it began makes it no faster', () => {
    const m = meter(100, 60);
    for (let i = 61; i <= 80; i++) m.at((i - 60) * 100, i);
    expect(m.reports.at(-1)?.secondsLeft).toBeCloseTo(2, 6);
  });

  it('follows a change of pace before long', () => {
    const m = meter(1000);
    for (let i = 1; i <= 20; i++) m.at(i * 100, i * 10); // 100 a second
    for (let i = 1; i <= 180; i++) m.at(2000 + i * 100, 200 + i); // 10 a second
    const truth = (1000 - 380) / 10;
    expect(m.reports.at(-1)?.secondsLeft).toBeGreaterThan(truth * 0.6);
    expect(m.reports.at(-1)?.secondsLeft).toBeLessThan(truth * 1.01);
  });

  it('stays calm when work is done in bursts', () => {
    const m = meter(160);
    for (let batch = 1; batch <= 8; batch++) {
      for (let i = 1; i < 10; i++) m.at((batch - 1) * 10_000 + i * 1000, (batch - 1) * 16 + i * 0.1);
      m.at(batch * 10_000, batch * 16);
    }
    const late = m.reports.filter((r) => r.done > 48 && r.secondsLeft !== undefined);
    const ratios = late.map((r) => r.secondsLeft! / ((160 - r.done) / 1.6));
    expect(Math.max(...ratios)).toBeLessThan(2.5);
    expect(Math.min(...ratios)).toBeGreaterThan(0.4);
  });

  it('merges reports that come faster than a page can paint, but never the last one', () => {
    const m = meter(100);
    for (let i = 1; i <= 100; i++) m.at(i, i);
    expect(m.reports.length).toBeLessThan(5);
    expect(m.reports.at(-1)).toMatchObject({ done: 100 });
  });
});
