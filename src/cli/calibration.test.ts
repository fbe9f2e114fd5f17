import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { taskWindows } from '../lab/measure/task-windows';
import { readArguments } from './arguments';
import { calibrationSource, readCalibration } from './calibration';
import { CALIBRATION_OPTIONS, type Surroundings } from './command';
import { readTask } from './metric-settings';

const PARQUET = parquetWriteBuffer({
  columnData: [
    { name: 'question', data: ['What is 2 + 2?', 'What is 3 + 4?'], type: 'STRING' },
    { name: 'answer', data: ['It is 4.\n#### 4', 'It is 7.\n#### 7'], type: 'STRING' },
  ],
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lopper-calibration-'));
  await writeFile(join(folder, 'sums.parquet'), new Uint8Array(PARQUET));
  await mkdir(join(folder, 'subjects'));
  for (const subject of ['anatomy', 'virology']) {
    await writeFile(join(folder, 'subjects', `${subject}_test.csv`), `What is ${subject}?,a,b,c,d,B\n`);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** What `--data` names, as calibration and as a benchmark to measure. */
async function read(task: string, data: string) {
  const args = readArguments('score', ['--calibration-task', task, '--data', data], CALIBRATION_OPTIONS);
  const surroundings = { args, path: (p: string) => resolve(folder, p) } as unknown as Surroundings;
  const calibration = await readCalibration(surroundings);
  if (!('task' in calibration)) throw new Error('not a task');
  expect((await readTask(surroundings, task)).data).toEqual(calibration.data);
  const texts: string[] = [];
  const encode = (text: string) => [texts.push(text)];
  await taskWindows(calibration, { context: 64, encode, environment: {} as never });
  return { texts, source: await calibrationSource(surroundings) };
}

test('--data takes a parquet file, and all files of a folder, and the result says which', async () => {
  const { texts, source } = await read('gsm8k', 'sums.parquet');
  expect(texts).toEqual(['Question: What is 2 + 2?\nAnswer: It is 4.\n#### 4', expect.stringContaining('#### 7')]);
  expect(source).toEqual({ source: 'gsm8k, sums.parquet', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const subjects = await read('mmlu', 'subjects');
  expect(subjects.texts.map((text) => text.match(/about (\w+)\..*Answer: B/s)?.[1])).toEqual(['anatomy', 'virology']);
  expect(subjects.source).toEqual({ source: 'mmlu, subjects', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('a path that is not there is named', async () => {
  await expect(read('gsm8k', 'nowhere.jsonl')).rejects.toMatchObject({ code: 'file-missing' });
});
