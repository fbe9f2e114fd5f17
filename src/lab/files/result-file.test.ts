import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LopperError } from '../../errors';
import { type UnitKind, unitsOf } from '../../model/units';
import type { CurveReport, CurveRequest, InfluenceReport, NormsReport, PlanReport, UnitNorms } from '../contract';
import { type Result, readResultFile, resultFile } from './result-file';
import { MOST_RESULT_BYTES } from './result-kinds';

const BLOCKS = 3;
const model = { id: 'stories', revision: 'main', blocks: BLOCKS, fingerprint: 'ab12' };
const origin = {
  text: { source: 'tiny.txt', sha256: 'cd34' },
  madeBy: { lopper: '0.1.0', adapter: 'SwiftShader', dtype: 'F32' },
};
const write = (result: Result) => JSON.stringify(resultFile(result, model, origin));

const influence = (unit: UnitKind = 'attn', values = [0.5, Number.NaN, -1]): InfluenceReport => ({
  metric: 'shapley-loss',
  unit,
  values,
  fullLoss: 1.5,
  tokens: 256,
  notFinite: [1],
  sampling: {
    method: 'permutations',
    seed: 3,
    drawn: 4,
    intervals: values.map((x) => [x, Number.NaN]),
    efficiency: { sum: Number.NaN, all: -1.5, none: -20 },
    state: { drawn: 4, sums: [values, values.map(() => 1e-300)], ends: [-1.5, -20], lowest: { order: [0], since: 2 } },
  },
});
const curve: CurveReport = {
  strategy: 'random',
  settings: { denominator: 'output', permutations: 8, task: { task: 'own', items: 2, dataSha256: 'ab78' } },
  unit: 'block',
  seed: 1,
  points: [
    { removed: 0, dropped: [], loss: 1.5, draws: [1.5, 1.5] },
    {
      removed: 1,
      dropped: unitsOf(BLOCKS, 'block')[2]!,
      loss: Number.NaN,
      draws: [2, Number.NaN],
      accuracy: { n: 3, correct: 1, accuracy: 1 / 3, interval: [0.06, 0.79] },
      recoveredAccuracy: { n: 3, correct: 2, accuracy: 2 / 3, interval: [0.21, 0.94] },
      milliseconds: 3.25,
    },
  ],
  tokens: 256,
  benchmark: { task: 'school', shots: 0, limit: 3, seed: 1, items: 3, dataSha256: 'ef56' },
  partial: true,
};
const request: Omit<CurveRequest, 'resume'> = {
  strategy: 'random',
  unit: 'block',
  draws: 2,
  seed: 1,
  locked: [{ block: 0, kind: 'attn' }],
  benchmark: { task: 'school', limit: 3, seed: 1 },
};
const spread = { mean: 1, median: 0.9, p5: 0.1, p95: Number.NaN };
const unit: UnitNorms = { update: spread, stream: spread, ratio: spread, cosine: spread };
const kinds = { attn: Array(BLOCKS).fill(unit), ffn: Array(BLOCKS).fill(unit), block: Array(BLOCKS).fill(unit) };
const norms: NormsReport = {
  ...{ tokens: 256, rest: kinds, first: kinds, quantiles: 'exact' },
  angles: [[0.1, 0.2, 0.3], [0.1, 0.2], [0.1]],
};

const results: Result[] = [
  { kind: 'influence', report: influence() },
  { kind: 'curve', report: curve, request },
  { kind: 'norms', report: norms },
];

const refusal = (text: string, open = model): LopperError => {
  try {
    readResultFile(text, open);
  } catch (error) {
    if (error instanceof LopperError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
};

describe.each(results)('a result of kind $kind', (result) => {
  test('comes back as it was, NaN too, with where it comes from', () => {
    expect(readResultFile(write(result), model)).toEqual({ ...result, origin });
  });

  test('has the report’s own fields at the top, and model, text and maker beside them', () => {
    const file = JSON.parse(write(result));
    expect(file).toMatchObject({
      ...{ format: 'lopper-result', version: 1, kind: result.kind, text: origin.text, made_by: origin.madeBy },
      model: { id: 'stories', revision: 'main', blocks: 3, weights_sha256: 'ab12' },
    });
    for (const key of Object.keys(result.report)) expect(file).toHaveProperty(key);
  });

  test('of another number of blocks, or of other weights, is refused with both named', () => {
    expect(refusal(write(result), { ...model, blocks: 12 })).toMatchObject({
      code: 'result-mismatch',
      message: 'The result is of stories, a model of 3 blocks; the open model has 12.',
    });
    expect(refusal(write(result), { ...model, id: 'tales', fingerprint: 'ffff' })).toMatchObject({
      code: 'result-mismatch',
      message: 'The result is of other weights (stories at main) than those of tales, which is open.',
    });
    const made = resultFile(result, { ...model, fingerprint: 'ffff', precision: 'q4' }, origin);
    expect(refusal(JSON.stringify(made), model).message).toBe(
      'The result is of other weights (stories at main, its weights made of 4 bits and here as published) than those of stories, which is open.',
    );
  });
});

test('every number of influence comes back to the last bit', () => {
  const number = fc.oneof(fc.double(), fc.constant(Number.NaN));
  fc.assert(
    fc.property(fc.array(number, { minLength: 6, maxLength: 6 }), (values) => {
      const finite = values.map((x) => (Number.isFinite(x) ? x + 0 : Number.NaN)); // JSON has no -0 and no infinity
      const report = influence('sublayer', finite);
      expect(readResultFile(write({ kind: 'influence', report }), model)).toMatchObject({ report });
    }),
  );
});

const changed = (result: Result, changes: object) => JSON.stringify({ ...JSON.parse(write(result)), ...changes });
const [one, two, three] = results as [Result, Result, Result];

test.each([
  ['an empty file', '', 'it is not JSON'],
  ['a list', '[]', '"format" is missing'],
  ['null', 'null', 'it is null, no object'],
  ['a mask', '{"format":"lopper-mask","version":1}', '"format" is "lopper-mask", expected "lopper-result"'],
  ['a later version', changed(one, { version: 2 }), '"version" is 2, expected 1'],
  ['another kind', changed(one, { kind: 'tower' }), '"kind" is "tower"'],
  ['no model', changed(one, { model: undefined }), '"model" is missing'],
  ['an unknown metric', changed(one, { metric: 'shap' }), '"metric" is "shap"'],
  ['a word for a value', changed(one, { values: [1, '2', 3] }), '"values.1" is "2"'],
  ['values of another unit', changed(one, { unit: 'sublayer' }), '"values" has 3 numbers, expected 6'],
  ['a point of no such block', changed(two, { order: [[{ block: 3, kind: 'ffn' }]] }), 'it names ffn:3'],
  [
    'a lock of no such block',
    changed(two, { request: { ...request, locked: [{ block: 9, kind: 'attn' }] } }),
    'attn:9',
  ],
  ['a hole in a curve', changed(two, { points: [curve.points[1]] }), '"points.0.removed" is 1, expected 0'],
  ['a bad request', changed(two, { request: { strategy: 'greedy' } }), '"request.unit" is missing'],
  ['angles cut short', changed(three, { angles: [[0], [0], [0]] }), '"angles.0" has 1 numbers, expected 3'],
])('%s is refused with what is wrong in it', (_, text, message) => {
  const error = refusal(text);
  expect(error.code).toBe('result-invalid');
  expect(error.message).toContain(message);
});

test('a file too large is refused before it is parsed', () => {
  expect(refusal(' '.repeat(MOST_RESULT_BYTES + 1)).message).toContain('20000001 characters');
});

test('no JSON whatever makes the reader throw anything but its own errors', () => {
  const keys = ['format', 'kind', 'model', 'text', 'values', 'sampling', 'points', 'request', 'rest', 'angles', 'unit'];
  fc.assert(
    fc.property(fc.constantFrom(...results), fc.constantFrom(...keys), fc.jsonValue(), (result, key, value) => {
      try {
        expect(readResultFile(changed(result, { [key]: value }), model).kind).toMatch(/./);
      } catch (error) {
        expect(error).toBeInstanceOf(LopperError);
      }
    }),
    { numRuns: 500 },
  );
});

describe('a plan with something in the place of a layer', () => {
  const shares = { params: 0.1, kv: 0.1, time: 0.1, memory: 0.1 };
  const attn = { block: 1, kind: 'attn' } as const;
  const point = { ways: [], saved: shares, chosen: 1, loss: 1, sum: 0 };
  const module = {
    strength: 1,
    bias: Float32Array.of(0.5, -2),
    map: { rank: 1, a: Float32Array.of(1, 2), b: Float32Array.of(3, 4) },
  };
  const report: PlanReport = {
    ...{
      budgets: [{ of: 'kv', by: 0.1 }],
      unit: 'sublayer',
      seed: 0,
      recover: { ranks: [1] },
      within: true,
      rivals: [],
    },
    points: [
      { ...point, pick: [], dropped: [] },
      { ...point, pick: [3], dropped: [attn], modules: [{ unit: [attn], rank: 1 }] },
    ],
    ...{ best: 1, tokens: 8, work: { masks: 1, passes: 1, alone: 1 }, tried: [], notes: [], partial: false },
    modules: [{ unit: attn, module }],
  };
  const open = { ...model, width: 2 };

  test('comes back with it to the bit, and without a width to check it by without', () => {
    expect(readResultFile(write({ kind: 'plan', report }), open).report).toEqual(report);
    expect(readResultFile(write({ kind: 'plan', report }), model).report).not.toHaveProperty('modules');
  });

  test('is refused where it stands elsewhere than the best says, or is of another width', () => {
    const elsewhere = { ...report, modules: [{ unit: { block: 2, kind: 'ffn' } as const, module }] };
    expect(() => readResultFile(write({ kind: 'plan', report: elsewhere }), open)).toThrow(
      /does not stand where its best/,
    );
    expect(() => readResultFile(write({ kind: 'plan', report }), { ...model, width: 3 })).toThrow(
      /not 3 finite numbers/,
    );
  });
});
