/** Work in parts, of every job that is done so: put together it is the whole, to the bit. */
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalReport, Part, ScoreReport } from './contract';
import { PART_REPORTS, type PartJob } from './files/part-schemas';
import type { LocalLab } from './lab';
import { drop, hasData, job, readJson, STORIES, testLab } from './testing';

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
/** As a file keeps it. */
const kept = (name: PartJob, report: unknown) =>
  v.parse(PART_REPORTS[name] as v.GenericSchema<unknown, unknown>, plain(report));

describe.skipIf(!hasData)('the parts make the whole, to the bit, of', () => {
  let lab: LocalLab;
  let ids: number[][] = [];
  beforeAll(async () => {
    lab = testLab().lab;
    ids = readJson(`${STORIES}/golden.json`).windows.map((window: number[]) => window.slice(0, 16));
    await lab.open({ kind: 'folder', path: STORIES }, job());
  });
  afterAll(() => lab.close());

  /** Runs a request whole and in parts, with nothing known of one to the other. */
  async function expectWhole(
    name: PartJob,
    request: object,
    { counts = [1, 2, 3, 7], memoryBudget = undefined as number | undefined, same = plain } = {},
  ) {
    const run = async (part?: Part) => {
      await lab.configure({ memoryBudget });
      return lab[name]({ calibration: { ids }, ...request, ...(part && { part }) } as never, job());
    };
    const whole = same(await run());
    for (const of of counts) {
      const parts: unknown[] = [];
      for (let index = 1; index <= of; index++) parts.push(kept(name, await run({ index, of })));
      expect(same(await lab.merge(name, parts as never)), `${of} parts`).toEqual(whole);
    }
    await lab.configure({});
  }

  it.each(['cosine', 'relative-l2', 'gradient'] as const)('%s, by walks', async (metric) => {
    // So little memory that there are several; of seven parts some are empty.
    const memoryBudget = metric === 'gradient' ? 300_000 : 400_000;
    const request = { metric, unit: 'sublayer' } as const;
    await expectWhole('influence', request, { memoryBudget, counts: [2, 7] });
    await lab.configure({ memoryBudget });
    const part = { index: 1, of: 1 };
    const { part: own } = await lab.influence({ calibration: { ids }, ...request, part }, job());
    expect(own!.walks!.length).toBeGreaterThan(1);
    await lab.configure({});
  });

  it.each(['loo-loss', 'loo-logit', 'loo-recovered'] as const)('%s, by units', (metric) =>
    expectWhole('influence', { metric, unit: 'sublayer' }, { counts: metric === 'loo-loss' ? [1, 2, 7] : [3] }),
  );

  it('leave-one-out from a model without some layers', () =>
    expectWhole(
      'influence',
      { metric: 'loo-loss', unit: 'block', from: { dropped: drop('attn:3'), modules: [] } },
      { counts: [7] },
    ));

  it('Shapley values, with the same draws', async () => {
    const request = { metric: 'shapley-loss', unit: 'block', permutations: 10, seed: 5 } as const;
    await expectWhole('influence', request, { counts: [2, 7] });
  });

  it('Shapley values that end early, at the same draw', async () => {
    const request = { metric: 'shapley-logit', unit: 'block', permutations: 22, bound: 1e6 } as const;
    const { sampling } = await lab.influence({ calibration: { ids }, ...request }, job());
    expect(sampling).toMatchObject({ stopped: 'bound', drawn: 16 });
    await expectWhole('influence', request, { counts: [3] });
  });

  it('exact Shapley values', () =>
    expectWhole('influence', { metric: 'shapley-loss', unit: 'block', exact: true }, { counts: [3] }));

  it('a task’s Shapley values', () =>
    expectWhole(
      'influence',
      { metric: 'shapley-task', unit: 'block', permutations: 6, task: { task: 'school', limit: 2 } },
      { counts: [2] },
    ));

  it('a random curve, by draws', () =>
    expectWhole(
      'curve',
      { strategy: 'random', unit: 'block', draws: 4, seed: 2, steps: 2, benchmark: { task: 'school', limit: 2 } },
      { counts: [2, 7] },
    ));

  it('recovery of each unit', () =>
    expectWhole('recoverEach', { method: 'linear', rank: 2, unit: 'attn' }, { counts: [2, 7] }));

  it('losses, by windows', () =>
    expectWhole(
      'score',
      { masks: [[], drop('ffn:2')], windows: true },
      { same: (reports: unknown) => plain((reports as ScoreReport[]).map((one) => ({ ...one, milliseconds: 0 }))) },
    ));

  it.each(['school', 'mmlu-lopper'])('%s, by items', async (task) => {
    // What stands in adds nothing, and has another name each time: nothing that was answered before is known.
    const dropped = drop('attn:1,attn:2,ffn:3');
    const masks = [1, 2, 3].map((strength) => ({
      dropped,
      modules: [{ unit: { block: 1, kind: 'attn' as const }, module: { strength, bias: new Float32Array(64) } }],
    }));
    const run = (mask: number, part?: Part) =>
      lab.evaluate({ task, shots: 1, limit: 5, seed: 3, masks: [masks[mask]!], ...(part && { part }) }, job());
    const whole = await run(0);
    for (const [i, of] of [2, 7].entries()) {
      const parts: EvalReport[] = [];
      for (let index = 1; index <= of; index++) {
        parts.push(kept('evaluate', await run(i + 1, { index, of })) as EvalReport);
      }
      expect(plain(await lab.merge('evaluate', parts)), `${of} parts`).toEqual(plain(whole));
    }
  });

  it('nothing else: other jobs and other curves refuse', async () => {
    await expect(lab.merge('norms', [])).rejects.toMatchObject({ code: 'usage' });
    const part = { index: 1, of: 2 };
    const asked = { calibration: { ids }, strategy: 'greedy', unit: 'block', part } as const;
    await expect(lab.curve(asked, job())).rejects.toMatchObject({ code: 'usage', message: /one path/ });
  });
});
