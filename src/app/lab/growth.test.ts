import { describe, expect, it } from 'vitest';
import type { GrowthReport } from '../../lab/contract';
import { type AppState, initialState } from '../store/state';
import { unfinished } from './growth';
import { calibrationOf } from './score';

const report: GrowthReport = { series: 'a/b', metric: 'cosine', tokens: 7, points: [], failures: [], partial: true };
const origin = { kind: 'here', adapter: 'test' } as const;
const on = (text: string): AppState => ({ ...initialState, calibration: { ...initialState.calibration, text } });

/** On the page, measured on "one". */
const shown = (report: GrowthReport, now = on('one')): AppState => ({
  ...now,
  growth: { cosine: { report, origin, text: 'a text', calibration: calibrationOf(on('one')) } },
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
