import { describe, expect, it } from 'vitest';
import type { CurvePoint, CurveReport, ModelReport } from '../../../lab/contract';
import { unitsOf } from '../../../model/units';
import type { Curve } from '../../store/curves';
import { curveLabels, curveName } from '../../words/curve-names';
import { droppedWords } from '../../words/units';
import { curvesSummary, curvesTable } from './curve-words';

const model = {
  blocks: 4,
  parameters: 1000,
  attnParameters: [50, 50, 50, 50],
  ffnParameters: [100, 100, 100, 100],
  kvBytesPerTokenPerBlock: 1024,
} as unknown as ModelReport;

function curve(part: Partial<CurveReport>, losses: readonly number[], more: Partial<CurvePoint> = {}): Curve {
  const report: CurveReport = {
    ...{ strategy: 'one-shot', unit: 'attn', tokens: 9, partial: false, ...part },
    points: losses.map((loss, removed) => {
      return {
        removed,
        dropped: unitsOf(4, part.unit ?? 'attn')
          .slice(0, removed)
          .flat(),
        loss,
        ...more,
      };
    }),
  };
  const { strategy, unit, seed } = report;
  return {
    ...{ id: 1, model: '', request: { strategy, unit, seed }, report, text: '', colour: 0 },
    origin: { kind: 'here', adapter: '' },
  };
}
const cosine = curve({ metric: 'cosine' }, [1, 1.05, 1.3]);
const greedy = curve({ strategy: 'greedy', unit: 'sublayer' }, [1, 1.02, 1.03]);
const random = curve({ strategy: 'random', seed: 1 }, [1, 2, Number.NaN], { draws: [2, 3] });

describe('curves in words', () => {
  it('are named by what goes and how it is chosen', () => {
    expect([cosine, greedy, random].map(curveName)).toEqual([
      'attention by cosine',
      'both kinds, greedy by loss',
      'attention, random',
    ]);
    expect(curveName(curve({ strategy: 'iterative', metric: 'loo-loss' }, [1]))).toBe(
      'attention by cost alone (loss), measured anew',
    );
  });

  it('are labelled by what sets them apart', () => {
    expect(curveLabels([cosine, curve({ metric: 'cosine', unit: 'ffn' }, [1])])).toEqual(['attention', 'feed-forward']);
    expect(curveLabels([cosine, random])).toEqual(['by cosine', 'random']);
    expect(curveLabels([random, curve({ strategy: 'random', seed: 2 }, [1])])).toEqual([
      'attention, random, seed 1',
      'attention, random, seed 2',
    ]);
    expect(curveLabels([cosine])).toEqual(['attention by cosine']);
  });

  it('say how far each goes at a small cost, and where a loss is lost', () => {
    const summary = curvesSummary([cosine, greedy, random], model);
    expect(summary).toContain('attention by cosine: 1 of 4 (5%)');
    expect(summary).toContain('both kinds, greedy by loss: 2 of 8 (15%)');
    expect(summary).toContain('attention, random: none');
    expect(summary).toContain('Attention, random has no finite loss at 2 units.');
    expect(curvesSummary([curve({}, [1])], model)).toBe('The first points are on their way.');
  });

  it('say what a benchmark made of it', () => {
    const accuracy = { n: 10, correct: 8, accuracy: 0.8, interval: [0.5, 0.9] } as const;
    const asked = curve({ metric: 'cosine', benchmark: { task: 'school', items: 3 } }, [1, 1.1], { accuracy });
    expect(curvesSummary([asked], model)).toContain('Attention by cosine: accuracy on school 80.0%, 80.0% without 1.');
  });

  it('say what a recovery undoes, where it does harm, and where there is none', () => {
    const recovered = [1, 1.06, 1.2, undefined];
    const own = curve({ metric: 'cosine', recover: { method: 'linear', rank: 8 } }, [1, 1.05, 1.4, 2]);
    const points = own.report.points.map((point, i) => ({
      ...point,
      ...(recovered[i] === undefined ? { unrecovered: 'Not finite.' } : { recovered: recovered[i] }),
    }));
    const told = { ...own, report: { ...own.report, points } };
    expect(curvesSummary([told], model)).toContain(
      'Attention by cosine: a linear map of rank 8 undoes 50% of the damage of 2; worse than plain removal at 1.',
    );
    const { columns, rows } = curvesTable([told, cosine], model);
    const at = columns.indexOf('recovered by');
    expect(rows[2]!.slice(at, at + 3)).toEqual(['a linear map of rank 8', 1.2, undefined]);
    expect(rows[3]!.slice(at, at + 3)).toEqual(['a linear map of rank 8', undefined, 'Not finite.']);
    expect(rows[4]!.slice(at, at + 3)).toEqual([undefined, undefined, undefined]);
  });

  it('stand in a table with only the columns they need', () => {
    expect(curvesTable([cosine], model).columns).not.toContain('accuracy');
    const { columns, rows } = curvesTable([random], model);
    expect(columns.at(-1)).toBe('dropped');
    expect(rows[1]!.slice(-3)).toEqual([2, 3, 'attention 0']);
  });
});

describe('what is dropped, in words', () => {
  it('puts whole blocks together and names the rest', () => {
    const [a0, f0, a1, f1] = unitsOf(4, 'sublayer').flat() as [never, never, never, never];
    expect(droppedWords([f1, a0, f0])).toBe('block 0; feed-forward 1');
    expect(droppedWords([a1, a0])).toBe('attention 0 and 1');
    expect(droppedWords([a1, f1, a0, f0])).toBe('blocks 0 and 1');
    expect(droppedWords([])).toBe('');
  });
});
