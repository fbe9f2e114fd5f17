import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EvalItem, EvalReport } from '../lab/contract';
import { evaluationJson, type Measured } from '../lab/files/evaluation-file';
import { ResultFile } from './evaluate-file';

test('answers of a recovered model are not gone on from as those of plain removal', async () => {
  const model = { id: 'm', fingerprint: 'ab', dtype: 'F32' } as Measured['model'];
  const plain: Measured = { model, mask: [{ block: 1, kind: 'attn' }], compare: false };
  const asked = { task: 'school', shots: 0, bos: false, chat: false, dataSha256: 'cd', items: [] };
  const report = { ...asked, results: [], metrics: {} } as unknown as EvalReport;
  const folder = await mkdtemp(join(tmpdir(), 'lopper-eval-'));
  const path = join(folder, 'results.json');
  const keep = (measured: Measured) => writeFile(path, JSON.stringify(evaluationJson(report, measured)));
  await keep(plain);
  expect(await ResultFile.open(path, plain)).toBeInstanceOf(ResultFile);
  await keep({ ...plain, recovery: 'mine.safetensors' });
  await expect(ResultFile.open(path, plain)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('with mine.safetensors in its place, and now with nothing'),
  });
  await rm(folder, { recursive: true });
});

test('what was answered before a run was cut is in the file, and is known to the next', async () => {
  const model = { id: 'm', fingerprint: 'ab', dtype: 'F32' } as Measured['model'];
  const plain: Measured = { model, mask: [], compare: false };
  const asked = { task: 'school', shots: 0, bos: false, chat: false, dataSha256: 'cd' };
  const soFar = { ...asked, items: [], results: [], metrics: {}, partial: true } as unknown as EvalReport;
  const answer = { answer: 'B', correct: true, metrics: { acc: 1 } };
  const item = (index: number) => ({ index, gold: 1, shown: { question: 'q' }, answers: [answer] }) as EvalItem;
  const folder = await mkdtemp(join(tmpdir(), 'lopper-eval-'));
  const path = join(folder, 'results.json');
  const file = await ResultFile.open(path, plain);
  file.add(item(4), soFar);
  file.add(item(7), soFar);
  await file.keep();
  const { known } = (await ResultFile.open(path, plain)).known('school');
  expect(Object.keys(known![0]!)).toEqual(['4', '7']);
  await rm(folder, { recursive: true });
});
