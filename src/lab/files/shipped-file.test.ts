import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { expectFailure } from '../../formats/testing';
import {
  readShipped,
  readShippedDetails,
  readShippedGrowth,
  SHIPPED_GROWTH,
  SHIPPED_RESULTS,
  shippedDetailsFile,
  shippedFile,
  shippedGrowthFile,
} from './shipped-file';

const results = readFileSync(`public/${SHIPPED_RESULTS}`, 'utf8');
const beside = (name: string) => `public/${SHIPPED_RESULTS.replace(/[^/]+$/, name)}`;
const head = readShipped(results);
const details = readFileSync(beside(head.details as string), 'utf8');
const growth = readFileSync(`public/${SHIPPED_GROWTH}`, 'utf8');

describe('the results that ship', () => {
  it('are read with nothing left out, and would be written with nothing else', () => {
    const { format: _, version: __, ...read } = readShipped(results);
    expect(JSON.parse(shippedFile(read))).toEqual(JSON.parse(results));
    expect(JSON.parse(shippedDetailsFile(readShippedDetails(details, 'details')))).toEqual(JSON.parse(details));
    expect(JSON.parse(shippedGrowthFile(readShippedGrowth(growth)))).toEqual(JSON.parse(growth));
  });

  it('are all of one text and one version', () => {
    const { text, madeBy } = readShippedGrowth(growth);
    const { name, source, seqLen, sha256 } = head.text;
    expect(text).toEqual({ name, source, seqLen, sha256 });
    expect(madeBy.lopper).toBe(head.madeBy.lopper);
  });

  test.each([
    ['a page in their place', '<!doctype html>', 'it is not JSON'],
    ['a file cut short', results.slice(0, 5000), 'it is not JSON'],
    ['another version', results.replace('"version": 2', '"version": 3'), '"version" is 3, expected 2'],
    ['a word for a number', results.replace('"blocks": 12', '"blocks": "many"'), '"model.blocks" is "many"'],
    ['an unknown metric', results.replace('"cosine"', '"shap"'), 'metric" is "shap"'],
    [
      'a task without its items’ hash',
      results.replace('"dataSha256"', '"hash"'),
      '"evaluations.0.dataSha256" is missing',
    ],
  ])('%s is refused with what is wrong in it', async (_, text, what) => {
    await expectFailure(() => readShipped(text), 'result-invalid', SHIPPED_RESULTS, what);
  });

  it('of the training too', async () => {
    await expectFailure(() => readShippedGrowth('{"reports": []}'), 'result-invalid', SHIPPED_GROWTH, '"text"');
    const named = growth.replace('"points": [', '"points": [ 3,');
    await expectFailure(() => readShippedGrowth(named), 'result-invalid', '"reports.0.points.0" is 3');
  });
});
