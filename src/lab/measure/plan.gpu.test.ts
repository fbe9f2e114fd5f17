import { beforeAll, describe, expect, it } from 'vitest';
import { sublayerIndex, unitsOf } from '../../model/units';
import { savesEnough, sharesOf, weightsOf } from '../../pruning/budgets';
import { formatDropList } from '../../pruning/drop-list';
import { frontOf } from '../../pruning/picks';
import type { ModelReport, PlanReport, PlanRequest } from '../contract';
import { readResultFile, resultFile } from '../files/result-file';
import { drop, hasData, job, readJson, STORIES, testLab } from '../testing';

describe.skipIf(!hasData)('plans of stories260K', () => {
  const golden = hasData ? readJson(`${STORIES}/golden.json`) : { windows: [] };
  const calibration = { ids: golden.windows.map((window: number[]) => window.slice(0, 24)) };
  const even = { ids: calibration.ids.filter((_: unknown, w: number) => w % 2 === 0) };
  const fourth = { ids: calibration.ids.filter((_: unknown, w: number) => w % 4 === 0) };
  const { lab } = testLab();
  let model: ModelReport;
  beforeAll(async () => {
    model = await lab.open({ kind: 'folder', path: STORIES }, job());
  });
  const plan = (request: Omit<PlanRequest, 'unit'> & Partial<PlanRequest>, options = {}) =>
    lab.plan({ unit: 'sublayer', calibration, ...request }, { ...job(), ...options });
  const bestOf = (report: PlanReport) => report.points[report.best!]!;
  const plainly = ({ tried: _, work: __, ...report }: PlanReport) => report;

  /** Every mask of up to four sublayers, with what it saves and its loss where plans choose. */
  async function everyMask() {
    const all = unitsOf(model.blocks, 'sublayer').flat();
    const masks = Array.from({ length: 2 ** all.length }, (_, n) => all.filter((_, i) => (n >> i) & 1)).filter(
      (mask) => mask.length <= 4,
    );
    const scores = await lab.score({ calibration: even, masks }, job());
    const weights = weightsOf(model);
    return masks.map((mask, i) => ({ mask, saved: sharesOf(weights, mask), loss: scores[i]!.loss }));
  }

  let all: Awaited<ReturnType<typeof everyMask>>;
  beforeAll(async () => {
    all = await everyMask();
  }, 60_000);

  it('at every step of the front a plan is as good as the best of all masks of up to four sublayers', async () => {
    const front = frontOf(all.map(({ saved, loss }) => ({ saved: saved.params, loss }))).map((i) => all[i]!);
    const steps = front.filter(({ mask }) => mask.length > 0);
    expect(steps.length).toBeGreaterThan(4);
    for (const { mask, saved, loss } of steps) {
      const report = await plan({ budgets: [{ of: 'params', by: saved.params }] });
      const best = bestOf(report);
      expect(savesEnough(report.budgets, best.saved)).toBe(true);
      expect(best.chosen, `-${saved.params}: ${formatDropList(best.dropped)} for ${formatDropList(mask)}`).toBeLessThan(
        loss + 1e-5,
      );
    }
  });

  it('where there are too many masks to try all, it comes as near by swaps', async () => {
    for (const by of [0.12, 0.25]) {
      const best = bestOf(await plan({ budgets: [{ of: 'params', by }], everyUpTo: 0 }));
      const least = Math.min(...all.filter(({ saved }) => saved.params >= by).map(({ loss }) => loss));
      expect(best.chosen - least).toBeLessThan(0.02);
    }
  });

  it('takes several budgets at once, and says what it was held against and how far the sum was from the truth', async () => {
    const budgets = [
      { of: 'params', by: 0.2 },
      { of: 'kv', by: 0.3 },
      { of: 'loss', by: 5 },
    ] as const;
    const report = await plan({ budgets, everyUpTo: 0 });
    const best = bestOf(report);
    expect(savesEnough(budgets, best.saved)).toBe(true);
    expect(report.within).toBe(true);
    const ways = [...best.ways, ...report.rivals.map(({ way }) => way)].map(({ by }) => by);
    expect(ways).toEqual(expect.arrayContaining(['programme', 'one-shot', 'iterative', 'span', 'greedy']));
    // None that was measured on the same windows is better.
    for (const point of report.points) {
      if (savesEnough(budgets, point.saved)) expect(point.chosen).toBeGreaterThan(best.chosen - 1e-6);
    }
    const [one] = await lab.score({ calibration: even, masks: [best.dropped] }, job());
    expect(best.chosen).toBeCloseTo(one!.loss, 5);
    expect(report.work.passes).toBeLessThan(0.75 * report.work.alone);
  });

  it('with something in a layer’s place a plan is better, and its file has what stands in, to be used again', async () => {
    const budgets = [{ of: 'params', by: 0.2 }] as const;
    const free = drop('block:1,2,3');
    const without = await plan({ budgets, free, everyUpTo: 0 });
    const report = await plan({ budgets, free, everyUpTo: 0, recover: { ranks: [4] } });
    const best = bestOf(report);
    expect(best.modules?.length).toBeGreaterThan(0);
    // Of the windows that choose, a half fits what stands in: what is chosen holds on others too.
    const added = ({ points }: PlanReport, { loss }: PlanReport['points'][number]) => loss - points[0]!.loss;
    expect(added(report, best)).toBeLessThan(added(without, bestOf(without)));
    expect(savesEnough(budgets, best.saved)).toBe(true);
    // A map takes parameters of its own.
    const bare = sharesOf(weightsOf(model), best.dropped).params;
    if (best.modules!.some(({ rank }) => rank > 0)) expect(best.saved.params).toBeLessThan(bare);
    else expect(best.saved.params).toBeLessThanOrEqual(bare);

    const madeBy = { lopper: '1', adapter: 'a test', dtype: 'F32' };
    const file = JSON.stringify(resultFile({ kind: 'plan', report }, model, { text: { source: '' }, madeBy }));
    const read = readResultFile(file, model).report as PlanReport;
    const [one] = await lab.score(
      { calibration: fourth, masks: [{ dropped: best.dropped, modules: read.modules! }] },
      job(),
    );
    expect(one!.loss).toBeCloseTo(best.chosen, 5);
  });

  it('the same seed gives the same plan, and one that was cut goes on to the same', async () => {
    const request = {
      budgets: [{ of: 'params', by: 0.3 }],
      seed: 3,
      everyUpTo: 0,
      locked: [{ block: 0, kind: 'attn' }],
    } as const;
    const whole = await plan(request);
    expect(bestOf(whole).dropped.map(sublayerIndex)).not.toContain(0);
    let half: PlanReport | undefined;
    const stop = { job: 'cut' };
    await expect(
      lab.plan(
        { unit: 'sublayer', calibration, ...request },
        {
          ...stop,
          onSoFar(report) {
            if (report.tried.length < 60 || half) return;
            half = report;
            void lab.cancel('cut');
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(half).toMatchObject({ partial: true });
    const kept = JSON.parse(JSON.stringify(half));
    expect(plainly(await plan({ ...request, resume: kept }))).toEqual(plainly(whole));
  });
});
