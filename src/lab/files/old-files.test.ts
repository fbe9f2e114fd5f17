/** Files that Lopper 0.1.0 printed, before its reports had all the fields they have now. They must open for good. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { answersIn, readEvaluations } from './evaluation-file';
import { readGrowthFile } from './growth-file';
import { readResultFile } from './result-file';

const read = (name: string) => readFileSync(`src/lab/files/testing/${name}.json`, 'utf8');
const FINGERPRINT = JSON.parse(read('influence')).model.weights_sha256;
const STORIES = { id: 'stories260K', blocks: 5, fingerprint: FINGERPRINT };

/** JSON has no NaN, and reports have no null. */
const asJson = (report: object) => JSON.parse(JSON.stringify(report));

it.each(['influence', 'curve', 'norms'])('of lopper %s, with nothing left out', (kind) => {
  const { report, origin, kind: _, ...rest } = readResultFile(read(kind), STORIES);
  const { format, version, model, ...all } = JSON.parse(read(kind));
  expect({ format, version, id: model.id }).toEqual({ format: 'lopper-result', version: 1, id: 'stories260K' });
  expect(asJson({ kind, ...origin, ...report, ...rest })).toEqual(all);
});

it('of lopper growth', () => {
  const { format: _, version: __, kind: ___, text: ____, madeBy: _____, ...all } = JSON.parse(read('growth'));
  expect(asJson(readGrowthFile(read('growth'), 'growth.json'))).toEqual(all);
});

it('of lopper eval, several tasks and both models', () => {
  const results = readEvaluations(read('evaluation'), 'evaluation.json');
  expect(results.map((r) => [r.task, r.drop, r.model.fingerprint])).toEqual([
    ['school', 'attn:2', FINGERPRINT],
    ['school_math', 'attn:2', FINGERPRINT],
  ]);
  for (const result of results) {
    const answers = answersIn(result, true);
    expect(answers.map((own) => Object.keys(own))).toEqual([
      ['0', '1'],
      ['0', '1'],
    ]);
  }
  expect(asJson({ tasks: Object.fromEntries(results.map((r) => [r.task, r])) })).toEqual(
    JSON.parse(read('evaluation')),
  );
});
