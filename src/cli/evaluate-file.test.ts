import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EvalReport } from '../lab/contract';
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
