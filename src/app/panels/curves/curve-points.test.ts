import { describe, expect, it } from 'vitest';
import type { CurvePoint, ModelReport, Strategy } from '../../../lab/contract';
import { sublayerAt, type UnitKind } from '../../../model/units';
import type { Curve } from '../../store/curves';
import { countAs, droppable, spotsOf } from './axes';
import { bandOf, quantile } from './band';

const model = {
  blocks: 3,
  parameters: 1000,
  attnParameters: [100, 100, 100],
  ffnParameters: [200, 200, 200],
  kvBytesPerTokenPerBlock: 512,
} as unknown as ModelReport;

const curve = (unit: UnitKind, points: readonly CurvePoint[], strategy: Strategy = 'one-shot'): Curve => ({
  id: 1,
  model: 'test',
  request: { strategy, unit },
  report: { strategy, unit, points, tokens: 9, partial: false },
  origin: { kind: 'here', adapter: 'test' },
  text: 'test',
  colour: 0,
});
const attn = (...blocks: number[]) => blocks.map((block) => ({ block, kind: 'attn' as const }));

describe('a curve on the chart', () => {
  const points: CurvePoint[] = [
    { removed: 0, dropped: [], loss: 1, milliseconds: 10 },
    { removed: 1, dropped: attn(2), loss: 1.5, milliseconds: 9 },
    { removed: 2, dropped: attn(2, 0), loss: Number.NaN, milliseconds: 7.5 },
  ];
  const xs = (axis: Parameters<typeof spotsOf>[2]) =>
    spotsOf(curve('attn', points), model, axis, 'loss', 'range').map((s) => s.x);

  it('stands over the units removed, or what they save', () => {
    expect(xs('units')).toEqual([0, 1, 2]);
    expect(xs('parameters')).toEqual([0, 0.1, 0.2]);
    expect(xs('cache')).toEqual([0, 0.5, 1]);
    expect(xs('time').map((x) => Math.round(100 * x))).toEqual([0, 10, 25]);
  });

  it('has no place on the axis of time where no time was taken', () => {
    const untimed = points.map(({ milliseconds: _, ...point }) => point);
    expect(spotsOf(curve('attn', untimed), model, 'time', 'loss', 'range')).toEqual([]);
  });

  it('tells loss, perplexity or accuracy, and plots nothing that is not finite', () => {
    const of = (axis: 'loss' | 'perplexity' | 'accuracy', own = points) =>
      spotsOf(curve('attn', own), model, 'units', axis, 'range').map((s) => s.y);
    expect(of('loss')).toEqual([1, 1.5, undefined]);
    expect(of('perplexity')[0]).toBeCloseTo(Math.E);
    expect(of('accuracy')).toEqual([]);
    const accuracy = { n: 4, correct: 3, accuracy: 0.75, interval: [0.3, 0.95] as const };
    expect(of('accuracy', [{ ...points[0]!, accuracy }])).toEqual([0.75]);
  });

  it('of random orders saves what they save on average, locks left out', () => {
    const random = curve('sublayer', [{ removed: 2, dropped: attn(0, 1), loss: 1, draws: [0.5, 1.5] }], 'random');
    const [spot] = spotsOf(random, model, 'parameters', 'loss', 'range');
    expect(spot).toMatchObject({ x: (2 / 6) * 0.9, band: [0.5, 1.5] });
    expect(droppable(3, 'block', attn(1))).toHaveLength(2);
  });
});

describe('the band of random orders', () => {
  it('is the whole range, or the middle nine tenths', () => {
    const draws = Array.from({ length: 21 }, (_, i) => 20 - i);
    expect(bandOf(draws, 'range')).toEqual([0, 20]);
    expect(bandOf(draws, 'middle')).toEqual([1, 19]);
    expect(bandOf([Number.NaN, 3], 'range')).toEqual([3, 3]);
    expect(bandOf([Number.NaN], 'middle')).toBeUndefined();
    expect(quantile([0, 10], 0.25)).toBe(2.5);
  });
});

describe('the mask in force on the chart', () => {
  const [a0, f0, a1] = [sublayerAt(0), sublayerAt(1), sublayerAt(2)];
  it('is counted as the curves count', () => {
    expect(countAs([a0, f0], ['attn', 'block'])).toBe(1);
    expect(countAs([a0, f0], ['sublayer'])).toBe(2);
    expect(countAs([a0, a1], ['attn', 'block'])).toBe(2);
    expect(countAs([a0, f0, a1], ['block', 'sublayer'])).toBe(3);
  });
  it('has no place where no curve is of such units', () => {
    expect(countAs([a0, f0], ['attn'])).toBeUndefined();
    expect(countAs([a0, f0, a1], ['block', 'ffn'])).toBeUndefined();
  });
});
