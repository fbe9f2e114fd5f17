import { describe, expect, it } from 'vitest';
import type { Progress } from '../lab/contract';
import { describeProgress, Reporter } from './terminal';

const at = (done: number, more: Partial<Progress> = {}): Progress => ({
  label: 'Scoring',
  done,
  total: 100,
  unit: 'steps',
  ...more,
});

function terminal(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('progress on standard error', () => {
  it('is one line rewritten in place on a terminal, gone before the result', () => {
    const tty = terminal(true);
    const reporter = new Reporter(tty, false);
    for (let i = 0; i <= 100; i++) reporter.progress(at(i));
    reporter.clear();
    expect(tty.written.join('')).not.toContain('\n');
    expect(tty.written.at(-1)).toBe('\r\x1b[2K');
  });

  it('stays within one line of a narrow terminal', () => {
    const narrow = terminal(true, 20);
    new Reporter(narrow, false).progress(at(30, { label: 'Downloading model.safetensors' }));
    expect(narrow.written).toEqual(['\r\x1b[2KDownloading model.s']);
  });

  it('is a line every few seconds elsewhere, and none for what is quickly done', () => {
    let time = 0;
    const file = terminal(false);
    const reporter = new Reporter(file, false, () => time);
    for (; time <= 12_000; time += 100) reporter.progress(at(time / 120));
    expect(file.written).toHaveLength(2);
    expect(file.written.every((line) => line.endsWith('\n'))).toBe(true);
  });

  it('tells the pass and the pace of weights that are streamed', () => {
    const reading = { passes: 2.3, bytesPerSecond: 400 * 2 ** 20 };
    expect(describeProgress(at(30, { reading, secondsLeft: 12 }))).toBe(
      'Scoring: 30%, pass 3 at 400.0 MiB/s, 12 s left',
    );
  });

  it('is nothing with --quiet', () => {
    const tty = terminal(true);
    const reporter = new Reporter(tty, true);
    reporter.progress(at(1));
    reporter.note('software');
    reporter.clear();
    expect(tty.written).toEqual([]);
  });

  it.each([
    [at(30, { secondsLeft: 12.2 }), 'Scoring: 30%, 13 s left'],
    [at(30), 'Scoring: 30%'],
    [at(100, { secondsLeft: 0 }), 'Scoring: 100%'],
    [at(10, { secondsLeft: 600 }), 'Scoring: 10%, 10 min left'],
    [at(2 ** 20, { total: 2 ** 21, unit: 'bytes' }), 'Scoring: 1.0 of 2.0 MiB, 50%'],
    [at(2 ** 20, { total: 0, unit: 'bytes' }), 'Scoring: 1.0 of unknown MiB'],
  ])('reads "%s"', (progress, text) => {
    expect(describeProgress(progress)).toBe(text);
  });
});
