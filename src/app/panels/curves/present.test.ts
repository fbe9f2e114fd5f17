import { describe, expect, it } from 'vitest';
import type { Accuracy, CurveReport, EvalReport, ModelReport } from '../../../lab/contract';
import { sameCalibration } from '../../../lab/contract/asked';
import type { Sublayer } from '../../../model/units';
import { makeMask } from '../../../pruning/mask';
import type { Evaluation } from '../../store/benchmarks';
import type { Curve } from '../../store/curves';
import { type PresentFacts, presentOf } from './present';

const BLOCKS = 3;
const model = {
  blocks: BLOCKS,
  parameters: 1000,
  attnParameters: [100, 100, 100],
  ffnParameters: [200, 200, 200],
  kvBytesPerTokenPerBlock: 512,
} as unknown as ModelReport;
const attn = (...blocks: number[]): Sublayer[] => blocks.map((block) => ({ block, kind: 'attn' }));
const right = (correct: number): Accuracy => ({ n: 4, correct, accuracy: correct / 4, interval: [0, 1] });
const pasted = (text: string) => ({ text, seqLen: 64 });

const report: CurveReport = {
  ...{ strategy: 'one-shot', metric: 'cosine', unit: 'attn', tokens: 9, partial: false },
  benchmark: { task: 'school', shots: 0, items: 4, dataSha256: 'ab' },
  points: [
    { removed: 0, dropped: [], loss: 1, accuracy: right(4), milliseconds: 10 },
    { removed: 1, dropped: attn(2), loss: 1.5, accuracy: right(3), milliseconds: 9 },
  ],
};
const curve: Curve = {
  ...{ id: 1, model: 'test', request: { strategy: 'one-shot', unit: 'attn' }, report, colour: 0 },
  ...{ origin: { kind: 'here', adapter: 'test' }, text: 'pasted text', calibration: pasted('Once upon a time') },
};
const here = (text: string) => (c: Curve) =>
  c.calibration !== undefined && sameCalibration(c.calibration, pasted(text));
const facts = (dropped = attn(1), more: Partial<PresentFacts> = {}): PresentFacts => ({
  ...{ mask: { blocks: BLOCKS, dropped }, model, curves: [curve], loss: 2, evaluations: {} },
  isOnText: here('Once upon a time'),
  ...more,
});

describe('the present mask among the curves', () => {
  it('has its own loss, over what it drops and saves', () => {
    expect(presentOf(facts(), 'units', 'loss')).toEqual({ x: 1, y: 2 });
    expect(presentOf(facts(), 'parameters', 'perplexity')).toEqual({ x: 0.1, y: Math.exp(2) });
    expect(presentOf(facts(), 'cache', 'loss')).toEqual({ x: 0.5, y: 2 });
    expect(presentOf(facts([]), 'units', 'loss')).toBeUndefined();
  });

  it('is judged on the half of the text that the curves are judged on', () => {
    const apart = { ...curve, report: { ...report, judged: { on: 'odd windows' as const, chosenOn: 9 } } };
    expect(presentOf(facts(attn(1), { curves: [apart], judgedLoss: 2.5 }), 'units', 'loss')).toEqual({ x: 1, y: 2.5 });
    expect(presentOf(facts(attn(1), { curves: [apart] }), 'units', 'loss')).toBeUndefined();
    expect(presentOf(facts(attn(1), { curves: [apart, curve], judgedLoss: 2.5 }), 'units', 'loss')).toMatchObject({
      y: 2,
    });
  });

  it('is not beside curves of another text, were it of the same name', () => {
    const other = facts(attn(1), { isOnText: here('It was a dark night') });
    expect(presentOf(other, 'units', 'loss')).toMatch(/no curve here is of the text in use/);
  });

  it('stands on the axis of time where a curve comes through it', () => {
    expect(presentOf(facts(), 'time', 'loss')).toMatch(/no curve has timed it/);
    const at = presentOf(facts(attn(2)), 'time', 'loss');
    expect(at).toEqual({ x: expect.closeTo(0.1), y: 2 });
  });

  it('has an accuracy where a curve comes through it, or it was asked the same items', () => {
    expect(presentOf(facts(attn(2)), 'units', 'accuracy')).toEqual({ x: 1, y: 0.75 });
    expect(presentOf(facts(), 'units', 'accuracy')).toMatch(/was not asked the items/);
    const run = (full: number, more: Partial<EvalReport> = {}): Record<string, Evaluation> => ({
      school: {
        report: { dataSha256: 'ab', shots: 0, chat: false, results: [right(full), right(2)], ...more } as EvalReport,
        masks: [makeMask(BLOCKS), { blocks: BLOCKS, dropped: attn(1) }],
        origin: curve.origin,
        text: 'school',
      },
    });
    const asked = (evaluations: Record<string, Evaluation>) =>
      presentOf(facts(attn(1), { evaluations, isOnText: () => false }), 'units', 'accuracy');
    expect(asked(run(4))).toEqual({ x: 1, y: 0.5 });
    expect(asked(run(3))).toMatch(/was not asked the items/);
    for (const other of [{ dataSha256: 'cd' }, { shots: 1 }, { seed: 0 }, { chat: true }]) {
      expect(asked(run(4, other))).toMatch(/was not asked the items/);
    }
  });

  it('says that a mask of mixed units is on no curve’s scale', () => {
    const mixed = facts([...attn(1), { block: 0, kind: 'ffn' }]);
    expect(presentOf(mixed, 'units', 'loss')).toMatch(/counts such units/);
    expect(presentOf(mixed, 'parameters', 'loss')).toEqual({ x: expect.closeTo(0.3), y: 2 });
  });
});
