import { expect, it } from 'vitest';
import type { KernelChoice } from '../../src/engine/kernels/dispatcher';
import type { ProductRate } from '../../src/engine/probe/products';
import { aimLine, aimsOf } from './aims';
import { CheckReport } from './report';

/** A report whose clock is moved by hand, and its lines. */
function reporting() {
  const clock = { seconds: 0 };
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const report = new CheckReport({ seconds: 540, print, now: () => 1000 * clock.seconds });
  return { clock, lines, report };
}

it('ends well where every part was right, and keeps what each measured', async () => {
  const { report, lines, clock } = reporting();
  const measure = async () => {
    clock.seconds += 4;
    return { rate: 12 };
  };
  await report.part('memory', measure, ({ rate }) => [['memory read', `${rate} GB/s${report.judge(true)}`]]);
  expect(lines).toEqual([expect.stringMatching(/^memory read +12 GB\/s$/)]);
  expect(report.results).toEqual({ memory: { rate: 12 } });
  expect(report.seconds).toEqual({ memory: 4 });
  expect(report.end()).toEqual({ words: 'All right', status: 0 });
});

it('names the part that fails and the one that finds something wrong, goes on, and ends with status 1', async () => {
  const { report, lines } = reporting();
  await report.part(
    'peak',
    () => Promise.reject(new Error('the device was lost')),
    () => [],
  );
  await report.part(
    'tests',
    async () => ({ failed: 2 }),
    ({ failed }) => [
      ['kernel tests', `${failed} failed${report.judge(failed === 0)}`],
      ['golden files', `2 failed${report.judge(false)}`],
    ],
  );
  expect(lines[0]).toMatch(/^peak +FAILED: the device was lost$/);
  expect(lines[1]).toMatch(/2 failed {2}WRONG$/);
  expect(report.results.peak).toEqual({ failed: 'Error: the device was lost' });
  expect(report.end()).toEqual({ words: 'Wrong: peak, tests', status: 1 });
});

it('says what there was no time for, which is no success', async () => {
  const { report, lines, clock } = reporting();
  const tell = () => [['tests', 'passed']] as const;
  const takeAll = async () => {
    clock.seconds = 541;
  };
  await report.part('tests', takeAll, tell);
  await report.part('bench', async () => expect.unreachable(), tell);
  expect(lines.at(-1)).toMatch(/^bench +LEFT OUT: 541 s have passed$/);
  expect(report.leftOut).toEqual(['bench']);
  expect(report.end()).toEqual({ words: 'Left out for want of time: bench', status: 1 });
});

const choice: KernelChoice = { matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', threads: 64, smallRows: 513 };
const product = (kernel: string, dtype: 'F16' | 'F32', rows: number, gflops: number): ProductRate => ({
  ...{ kernel, dtype, rows, gflops, inputs: 2048, outputs: 8192, ms: 1, weightRate: 1 },
});
const step = { dispatches: 1, submits: 1, maps: 1, bytesWritten: 1, recording: 1 };
const measured = {
  choice,
  peak: 1000,
  memory: { read: 500, copy: 400, write: 10 },
  products: [
    // Small tiles are chosen below 513 rows.
    product('matmul_small', 'F16', 512, 450),
    product('matmul_workgroup', 'F16', 512, 100),
    product('matmul_workgroup', 'F16', 2048, 380),
    product('matmul_small', 'F16', 2048, 90),
    product('matmul_workgroup', 'F32', 2048, 50),
    product('matmul_workgroup', 'F16', 256, 50),
  ],
  decode: [
    { ...step, texts: 1, tokens: 2000, tokensPerSecond: 50, weightRate: 100 },
    { ...step, texts: 1, tokens: 16, tokensPerSecond: 100, weightRate: 250 },
    { ...step, texts: 4, tokens: 16, tokensPerSecond: 300, weightRate: 399 },
  ],
};

it('holds to its aim the slowest product of many rows, of the usual type by the chosen way, and a step of one short text', () => {
  const [products, decode, ...others] = aimsOf(measured);
  expect(products).toMatchObject({ of: 'the multiply-add rate', share: 0.38, aim: 0.4, met: false });
  expect(products!.what).toContain('matmul_workgroup, 2048 x 2048 x 8192');
  expect(decode).toMatchObject({ of: 'the copy rate', share: 0.625, aim: 0.6, met: true });
  expect(others).toEqual([]);
  expect(aimLine(products!).join(' ')).toMatch(/^aim: 40% of the multiply-add rate 38%, BELOW THE AIM: F16 products/);
  expect(aimsOf({ ...measured, choice: { ...choice, smallRows: 0 } })[0]!.share).toBe(0.1);
});

it('has no aim for what was not measured', () => {
  expect(aimsOf({ choice, products: measured.products })).toEqual([]);
  expect(aimsOf({ ...measured, products: [], decode: [] })).toEqual([]);
});
