import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sublayer, sublayerIndex, unitsOf } from '../../model/units';
import { formatDropList } from '../../pruning/drop-list';
import { pairedLoss } from '../../pruning/paired-loss';
import { removalOrder } from '../../pruning/ranking';
import type { CurvePoint, CurveReport, CurveRequest } from '../contract';
import { drop, hasData, job, readJson, STORIES, testLab } from '../testing';

const BLOCKS = 5;
const names = (points: readonly CurvePoint[]) => points.map((p) => formatDropList(p.dropped));

describe.skipIf(!hasData)('pruning curves of stories260K', () => {
  const golden = hasData ? readJson(`${STORIES}/golden.json`) : { windows: [] };
  const calibration = { ids: golden.windows.slice(0, 2) };
  const { lab } = testLab();
  const folder = mkdtempSync(join(tmpdir(), 'lopper-curve-'));
  beforeAll(async () => void (await lab.open({ kind: 'folder', path: STORIES }, job())));
  afterAll(() => rmSync(folder, { recursive: true }));

  const curve = (request: CurveRequest, options = {}) =>
    lab.curve({ ...request, calibration }, { ...job(), ...options });
  const lossOf = async (...masks: (readonly Sublayer[])[]) => {
    const reports: number[] = [];
    // Each mask walked by itself.
    for (const mask of masks) reports.push((await lab.score({ calibration, masks: [mask] }, job()))[0]!.loss);
    return reports;
  };
  const close = (found: readonly number[], expected: readonly number[]) => {
    expect(found).toHaveLength(expected.length);
    for (const [i, loss] of expected.entries()) expect(Math.abs(found[i]! - loss), `point ${i}`).toBeLessThan(1e-5);
  };
  const losses = (report: CurveReport) => report.points.map((p) => p.loss);

  it('greedy is brute force: at each step the removal that leaves the lowest loss, and that loss', async () => {
    const steps = 2;
    const report = await curve({ strategy: 'greedy', unit: 'sublayer', steps });
    const expected = await lossOf([]);
    let gone: Sublayer[] = [];
    for (let step = 0; step < steps; step++) {
      const left = unitsOf(BLOCKS, 'sublayer')
        .flat()
        .filter((s) => !gone.some((g) => sublayerIndex(g) === sublayerIndex(s)));
      const found = await lossOf(...left.map((s) => [...gone, s]));
      gone = [...gone, left[found.indexOf(Math.min(...found))]!];
      expected.push(Math.min(...found));
      expect(report.points[step + 1]).toMatchObject({ removed: step + 1, dropped: gone });
    }
    close(losses(report), expected);
    expect(report).toMatchObject({ strategy: 'greedy', unit: 'sublayer', tokens: 256, partial: false });
    // The float64 oracle's greedy path on the same text.
    expect(names(report.points)).toEqual(['', 'attn:2', 'attn:2,4']);
  });

  it('in halves greedy is brute force on the even windows, and its losses are those of the odd ones', async () => {
    const four = golden.windows.slice(0, 4);
    const [even, odd] = [0, 1].map((half) => ({ ids: four.filter((_: unknown, w: number) => w % 2 === half) }));
    const request = { strategy: 'greedy', unit: 'block', steps: 2 } as const;
    const fractions: number[] = [];
    const report = await lab.curve(
      { ...request, judge: 'halves', calibration: { ids: four } },
      { ...job(), onProgress: ({ done }) => fractions.push(done) },
    );
    const chosen = await lab.curve({ ...request, calibration: even! }, job());
    expect(names(report.points)).toEqual(names(chosen.points));
    close(
      report.points.slice(1).map((p) => p.chosen!),
      losses(chosen).slice(1),
    );
    expect(report.judged).toEqual({ on: 'odd windows', chosenOn: 256 });
    expect(report.tokens).toBe(256);
    const judged = await lab.score({ calibration: odd!, masks: report.points.map((p) => p.dropped) }, job());
    close(
      losses(report),
      judged.map((one) => one.loss),
    );
    for (const [i, { added }] of report.points.entries()) {
      const { interval } = pairedLoss(judged[0]!.parts, judged[i]!.parts);
      if (i === 0) expect(added).toBeUndefined();
      else close(added!, interval);
    }
    // Another text, named, judges as well.
    const other = await lab.curve({ ...request, judge: odd!, calibration: even! }, job());
    expect(other.judged).toMatchObject({ on: 'another text', chosenOn: 256 });
    close(losses(other), losses(report));
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    // One goes on from what was judged alike only.
    const resume = { ...report, points: report.points.slice(0, 2) };
    const further = await lab.curve({ ...request, judge: 'halves', calibration: { ids: four }, resume }, job());
    close(losses(further), losses(report));
    await expect(lab.curve({ ...request, calibration: { ids: four }, resume }, job())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('what judges'),
    });
    await expect(
      lab.curve({ ...request, judge: 'halves', calibration: { ids: four.slice(0, 1) } }, job()),
    ).rejects.toMatchObject({ code: 'text-too-short' });
  });

  it('one-shot is the metric’s own order, cut after each unit', async () => {
    const { values } = await lab.influence({ calibration, metric: 'loo-loss', unit: 'block' }, job());
    const units = unitsOf(BLOCKS, 'block');
    const order = removalOrder(values).map((i) => units[i]!);
    const masks = [0, 1, 2, 3, 4, 5].map((k) => order.slice(0, k).flat());
    const report = await curve({ strategy: 'one-shot', metric: 'loo-loss', unit: 'block' });
    expect(report.points.map((p) => p.dropped)).toEqual(masks);
    expect(report.order).toEqual(order);
    close(losses(report), await lossOf(...masks));
  });

  it('iterative measures anew on what is left: by cosine it parts from one-shot where the oracle does', async () => {
    const request = { metric: 'cosine', unit: 'sublayer', steps: 5 } as const;
    const iterative = await curve({ ...request, strategy: 'iterative' });
    const oneShot = await curve({ ...request, strategy: 'one-shot' });
    // Orders and losses of the float64 oracle.
    expect(names(iterative.points).at(-1)).toBe('attn:2,4,3,1,ffn:0');
    expect(names(oneShot.points).at(-1)).toBe('attn:2,4,3,1,ffn:2');
    const expected = [1.59240405, 1.65811034, 1.98776967, 2.43118884, 3.74164888, 4.76048295];
    for (const [i, loss] of losses(iterative).entries()) expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-4);
  });

  it('iterative by the loss without each unit is greedy, and a logit distance and a Shapley value serve as well', async () => {
    const request = { unit: 'block', steps: 2 } as const;
    const greedy = await curve({ ...request, strategy: 'greedy' });
    const byLoss = await curve({ ...request, strategy: 'iterative', metric: 'loo-loss' });
    expect(byLoss.points).toEqual(greedy.points);
    for (const metric of ['loo-logit', 'shapley-loss'] as const) {
      const report = await curve({ ...request, strategy: 'iterative', metric, settings: { exact: true } });
      close(losses(report), await lossOf(...report.points.map((p) => p.dropped)));
    }
  });

  it('a span goes from the input of its first block to the output of its last', async () => {
    const report = await curve({ strategy: 'span', unit: 'block' });
    // The oracle's closest ends: of one block 0.14924 (block 2), of two 0.22942 (2 and 3), of three 0.28939 (2 to 4).
    expect(names(report.points)).toEqual(['', 'block:2', 'block:2,3', 'block:2-4', 'block:1-4', 'block:0-4']);
    close(losses(report), await lossOf(...report.points.map((p) => p.dropped)));
    const locked = await curve({ strategy: 'span', unit: 'block', locked: drop('attn:3') });
    expect(names(locked.points)).toEqual(['', 'block:2', 'block:1,2', 'block:0-2']);
  });

  it('random is a band of draws, the same for the same seed', async () => {
    const request = { strategy: 'random', unit: 'attn', draws: 3, steps: 2, seed: 5 } as const;
    const report = await curve(request);
    for (const { draws, loss } of report.points) {
      expect(draws).toHaveLength(3);
      expect(loss).toBeCloseTo(draws!.reduce((a, b) => a + b, 0) / 3, 12);
    }
    close(
      report.points.map((p) => p.draws![0]!),
      await lossOf(...report.points.map((p) => p.dropped)),
    );
    expect(await curve(request)).toEqual(report);
    expect(report.seed).toBe(5);
  });

  it('units go in the order given, on top of what is dropped already, and locked ones stay', async () => {
    const order = [drop('ffn:3'), drop('attn:1'), drop('block:2'), drop('attn:4')];
    const report = await curve({
      ...{ strategy: 'given', unit: 'sublayer', order },
      ...{ start: drop('attn:0'), locked: drop('ffn:2') },
    });
    expect(names(report.points)).toEqual(['attn:0', 'attn:0,ffn:3', 'attn:0,ffn:3,attn:1', 'attn:0,ffn:3,attn:1,4']);
    close(losses(report), await lossOf(...report.points.map((p) => p.dropped)));
  });

  it.each<CurveRequest>([
    { strategy: 'greedy', unit: 'sublayer', steps: 4, locked: drop('attn:2') },
    { strategy: 'random', unit: 'block', draws: 30, seed: 1 },
    { strategy: 'one-shot', metric: 'shapley-loss', unit: 'block', settings: { permutations: 6, seed: 3 } },
    { strategy: 'iterative', metric: 'cosine', unit: 'block' },
    { strategy: 'span', unit: 'block' },
  ])('cut at a point and gone on from its file: $strategy', async (request) => {
    const whole = await curve(request);
    const running = job();
    let last: CurveReport | undefined;
    const cut = lab.curve(
      { ...request, calibration },
      {
        ...running,
        onPoint: (point, soFar) => {
          last = soFar;
          if (point.removed === 2) void lab.cancel(running.job);
        },
      },
    );
    await expect(cut).rejects.toEqual(expect.objectContaining({ code: 'cancelled' }));
    expect(last!.partial).toBe(true);
    expect(last!.points.length).toBeLessThan(whole.points.length);
    // Opened anew, so that nothing is remembered.
    await lab.open({ kind: 'folder', path: STORIES }, job());
    const resume: CurveReport = JSON.parse(JSON.stringify(last));
    expect(await curve({ ...request, resume })).toEqual(whole);
  });

  it('a curve of another request is not gone on from', async () => {
    const resume = await curve({ strategy: 'greedy', unit: 'block', steps: 2 });
    const other = (message: string) =>
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) });
    const request = { strategy: 'greedy', unit: 'block', resume } as const;
    await expect(curve({ ...request, unit: 'attn' })).rejects.toEqual(other('its unit is block'));
    await expect(curve({ ...request, strategy: 'span' })).rejects.toEqual(other('its strategy is greedy'));
    await expect(curve({ ...request, locked: resume.points[1]!.dropped })).rejects.toEqual(
      other('point of 1 removals'),
    );
    const text = { ids: golden.windows.slice(2) };
    await expect(lab.curve({ ...request, calibration: text }, job())).rejects.toEqual(other('its first loss is 1.59'));
  });

  it('a benchmark is measured at every point, with what stands in too, and a pass is timed', async () => {
    const benchmark = { task: 'school', limit: 3, shots: 0 };
    const points: CurvePoint[] = [];
    const report = await curve(
      {
        strategy: 'one-shot',
        metric: 'cosine',
        unit: 'attn',
        steps: 2,
        benchmark,
        timed: true,
        recover: { method: 'mean' },
      },
      { onPoint: (point: CurvePoint) => points.push(point) },
    );
    for (const { dropped, accuracy, milliseconds } of report.points) {
      const alone = await lab.evaluate({ ...benchmark, masks: [dropped] }, job());
      expect(accuracy).toEqual(alone.results[0]);
      expect(milliseconds).toBeGreaterThan(0);
    }
    const { dropped, recovered, recoveredAccuracy } = report.points[2]!;
    const fitted = await lab.recover({ calibration, dropped, method: 'mean' }, job());
    expect(recovered).toBeCloseTo(fitted.loss.recovered[0], 5);
    const { results } = await lab.evaluate({ ...benchmark, masks: [fitted] }, job());
    expect(recoveredAccuracy).toEqual(results[0]);
    expect(report.points[0]!.recoveredAccuracy).toEqual(report.points[0]!.accuracy);
    expect(report.benchmark).toMatchObject({ task: 'school', limit: 3, shots: 0 });
    // Losses come first: the chart is there before the benchmark is.
    expect(points.slice(0, 3).map((p) => [p.removed, p.accuracy])).toEqual([0, 1, 2].map((k) => [k, undefined]));
  });

  it('a benchmark may be added to a curve, and is not taken for another: task, shots, items and files', async () => {
    const request = { strategy: 'one-shot', metric: 'cosine', unit: 'block', steps: 1 } as const;
    const benchmark = { task: 'school', limit: 3, shots: 0 };
    const bare = await curve(request);
    const asked = await curve({ ...request, benchmark, resume: bare });
    expect(asked).toEqual(await curve({ ...request, benchmark }));
    expect(asked.benchmark).toMatchObject({ items: 3, dataSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });

    const resume: CurveReport = JSON.parse(JSON.stringify(asked));
    const further = await curve({ ...request, steps: 2, benchmark, resume });
    expect(further.points.slice(0, 2)).toEqual(asked.points);
    const line = { question: 'The sky is', choices: ['blue', 'made of tin', 'a cat', 'six'], answer: 0 };
    const data = [{ name: 'mine.jsonl', text: Array(3).fill(JSON.stringify(line)).join('\n') }];
    for (const [other, said] of [
      [
        { ...benchmark, task: 'school_letters' },
        "benchmark's task is school, and what is asked for has school_letters",
      ],
      [{ ...benchmark, limit: 4 }, "benchmark's number of items is 3, and what is asked for has 4"],
      [{ ...benchmark, shots: 1 }, "benchmark's number of shots is 0, and what is asked for has 1"],
      [{ ...benchmark, data }, "benchmark's SHA-256 of the items is "],
      [undefined, "benchmark's task is school, and what is asked for has none"],
    ] as const) {
      await expect(curve({ ...request, benchmark: other, resume })).rejects.toEqual(
        expect.objectContaining({ code: 'usage', message: expect.stringContaining(said) }),
      );
    }
  });

  it('a curve whose metric was measured otherwise is not gone on from', async () => {
    const task = { task: 'school_letters', limit: 2, shots: 0 };
    for (const [metric, was, is, said] of [
      ['relative-l2', undefined, { denominator: 'output' }, 'denominator is input, and what is asked for has output'],
      ['shapley-loss', { permutations: 4 }, { permutations: 6 }, 'number of permutations is 4'],
      [
        'shapley-task',
        { permutations: 2, task },
        { permutations: 2, task: { ...task, limit: 1 } },
        'number of items is 2',
      ],
    ] as const) {
      const request = { strategy: 'iterative', metric, unit: 'block', steps: 1 } as const;
      const resume: CurveReport = JSON.parse(JSON.stringify(await curve({ ...request, settings: was })));
      await expect(curve({ ...request, settings: is, steps: 2, resume })).rejects.toEqual(
        expect.objectContaining({ code: 'usage', message: expect.stringContaining(said) }),
      );
    }
  });

  it('times are of one machine: gone on from, those of a file are taken anew', async () => {
    const request = { strategy: 'greedy', unit: 'block', steps: 1, timed: true } as const;
    const first = await curve(request);
    const points = first.points.map((point) => ({ ...point, milliseconds: 1e9 }));
    const further = await curve({ ...request, steps: 2, resume: { ...first, points } });
    for (const { milliseconds } of further.points) expect(milliseconds).toBeLessThan(1e6);
  });

  it.each<[string, CurveRequest, string, string]>([
    ['all units locked', { strategy: 'greedy', unit: 'attn', locked: drop('attn:0-4') }, 'nothing-to-drop', '5 units'],
    [
      'a block the model lacks',
      { strategy: 'greedy', unit: 'attn', locked: drop('attn:7') },
      'mask-mismatch',
      'attn:7',
    ],
    ['no metric', { strategy: 'one-shot', unit: 'attn' }, 'usage', 'needs a metric'],
    ['a span of attention', { strategy: 'span', unit: 'attn' }, 'usage', 'attn'],
    ['no order', { strategy: 'given', unit: 'attn' }, 'usage', 'needs the order'],
    ['no steps', { strategy: 'greedy', unit: 'attn', steps: 0 }, 'usage', 'steps is 0'],
  ])('%s is said', async (_, request, code, part) => {
    await expect(curve(request)).rejects.toEqual(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    );
  });

  it('a branch that gives NaN is a point without a loss, and the others stand', async () => {
    cpSync(STORIES, join(folder, 'nan'), { recursive: true });
    const path = join(folder, 'nan', 'model.safetensors');
    const bytes = readFileSync(path);
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes));
    const [start] = header['model.layers.3.mlp.down_proj.weight'].data_offsets;
    const without = await lossOf(drop('ffn:3'), drop('ffn:3,attn:2'));
    writeSync(openSync(path, 'r+'), Buffer.from([0, 0, 0xc0, 0x7f]), 0, 4, 8 + headerBytes + start);
    await lab.open({ kind: 'folder', path: join(folder, 'nan') }, job());
    // The damaged layer is the only one whose removal leaves numbers: greedy takes it first.
    const greedy = await curve({ strategy: 'greedy', unit: 'sublayer', steps: 2 });
    expect(names(greedy.points).slice(0, 2)).toEqual(['', 'ffn:3']);
    expect(greedy.points[0]!.loss).toBeNaN();
    close(losses(greedy).slice(1, 2), without.slice(0, 1));
    const order = [drop('attn:2'), drop('ffn:3')];
    const given = await curve({ strategy: 'given', unit: 'sublayer', order });
    expect(losses(given).map(Number.isNaN)).toEqual([true, true, false]);
    close(losses(given).slice(2), without.slice(1));
    // Without a recovery to be had, points say why, and keep the losses they have.
    const recovered = await curve({ strategy: 'given', unit: 'sublayer', order, recover: { method: 'mean' } });
    expect(losses(recovered)).toEqual(losses(given));
    expect(recovered.points.map((p) => p.recovered)).toEqual([undefined, undefined, undefined]);
    for (const { unrecovered } of recovered.points.slice(1)) expect(unrecovered).toMatch(/finite/);
    await expect(curve({ strategy: 'greedy', unit: 'attn' })).rejects.toEqual(
      expect.objectContaining({ code: 'not-finite' }),
    );
  });
});
