import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unitsOf } from '../../model/units';
import { removalOrder } from '../../pruning/ranking';
import { sampleShapley } from '../../pruning/shapley';
import { sampleSubsets } from '../../pruning/subset-influence';
import { type Game, play } from '../../pruning/testing';
import type { InfluenceReport, InfluenceSettings, Progress } from '../contract';
import type { Lab } from '../jobs';
import { drop, hasData, job, readJson, STORIES, testLab } from '../testing';

const fail = (code: string, part = '') => expect.objectContaining({ code, message: expect.stringContaining(part) });
const near = (found: readonly number[], wanted: readonly number[], most: number) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! - value), `unit ${i}`).toBeLessThan(most);
};

describe.skipIf(!hasData)('influence on stories260K', () => {
  const golden = hasData ? readJson(`${STORIES}/golden.json`) : undefined;
  const calibration = { ids: golden?.windows ?? [] };
  /** Of half a window: what is only compared with itself need not be long. */
  const short = { ids: [golden?.windows[1].slice(0, 48) ?? []] };
  const folder = mkdtempSync(join(tmpdir(), 'lopper-influence-'));
  let lab: Lab;
  beforeAll(async () => {
    lab = testLab().lab;
    await lab.open({ kind: 'folder', path: STORIES }, job());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('leave-one-out: logit distances are the golden ones, and the losses have come with them', async () => {
    for (const unit of ['block', 'sublayer'] as const) {
      const wanted: { loss: number; logit: number }[] = golden.leave_one_out[unit];
      const { values } = await lab.influence({ calibration, metric: 'loo-logit', unit }, job());
      near(
        values,
        wanted.map((x) => x.logit),
        1e-4,
      );
      const seen: Progress[] = [];
      const losses = await lab.influence(
        { calibration, metric: 'loo-loss', unit },
        { ...job(), onProgress: (p) => seen.push(p) },
      );
      near(
        losses.values,
        wanted.map((x) => x.loss),
        1e-4,
      );
      expect(seen).toEqual([]);
    }
  });

  it('relative norms over the output differ from those over the input, and say which they are', async () => {
    const over = (denominator?: 'input' | 'output') =>
      lab.influence({ calibration, metric: 'relative-l2', unit: 'block', denominator }, job());
    const [input, output] = [await over(), await over('output')];
    expect([input.denominator, output.denominator]).toEqual(['input', 'output']);
    // Every block of this model lengthens the stream, so its output is the larger denominator.
    for (const [i, value] of output.values.entries()) expect(value).toBeLessThan(input.values[i]!);
  });

  it('exact Shapley values of blocks are the golden ones, and sum to what all are worth', async () => {
    const wanted = golden.exact_shapley_block;
    const report = await lab.influence({ calibration, metric: 'shapley-loss', unit: 'block', exact: true }, job());
    near(report.values, wanted.values, 1e-3);
    const { efficiency, stopped, intervals } = report.sampling!;
    expect(stopped).toBe('exact');
    near([efficiency!.all, efficiency!.none], [wanted.v_all, wanted.v_none], 1e-3);
    expect(efficiency!.sum).toBeCloseTo(wanted.v_all - wanted.v_none, 2);
    expect(intervals).toEqual(report.values.map((v) => [v, v]));
    expect(Math.abs(report.fullLoss! - golden.loss)).toBeLessThan(1e-4);
  });

  it('exact Shapley values of sublayers are the golden ones, of every one of the 1,024 subsets', async () => {
    const wanted = golden.exact_shapley_sublayer;
    const first = { ids: golden.windows.slice(0, wanted.windows_used) };
    const report = await lab.influence(
      { calibration: first, metric: 'shapley-loss', unit: 'sublayer', exact: true },
      job(),
    );
    near(report.values, wanted.values, 1e-3);
    const { efficiency, drawn } = report.sampling!;
    near([efficiency!.all, efficiency!.none], [wanted.v_all, wanted.v_none], 1e-3);
    expect(drawn).toBe(1024);
  });

  it('sampled Shapley values hold the exact ones in their 95% intervals, over 10 seeds', async () => {
    const exact: number[] = golden.exact_shapley_block.values;
    const units = unitsOf(5, 'block');
    // The worth of every subset, measured once; each seed then plays on these.
    const masks = Array.from({ length: 32 }, (_, set) => units.filter((_, i) => (set >> i) & 1).flat());
    const losses = (await lab.score({ calibration, masks }, job())).map((r) => r.loss);
    const game: Game = (gone) => -losses[units.reduce((set, _, i) => set + (gone.has(2 * i) ? 2 ** i : 0), 0)]!;
    let inside = 0;
    for (let seed = 0; seed < 10; seed++) {
      const { intervals } = play(sampleShapley(units, { seed, permutations: 32 }), game);
      for (const [i, [low, high]] of intervals.entries()) if (low <= exact[i]! && exact[i]! <= high) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(45);

    const settings = { seed: 3, permutations: 32 };
    const { values, sampling } = await lab.influence(
      { calibration, metric: 'shapley-loss', unit: 'block', ...settings },
      job(),
    );
    expect(values).toEqual(play(sampleShapley(units, settings), game).values);
    expect(sampling).toMatchObject({ method: 'permutations', seed: 3, drawn: 32, stopped: 'permutations' });
    const { sum, all, none } = sampling!.efficiency!;
    expect(sum).toBeCloseTo(all - none, 6);
  });

  it('Shapley values of the logit distance sum to the distance of nothing from everything', async () => {
    const { values, sampling } = await lab.influence(
      { calibration: short, metric: 'shapley-logit', unit: 'block', exact: true },
      job(),
    );
    const { all, none } = sampling!.efficiency!;
    expect(all).toBeCloseTo(0, 6);
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(-none, 3);
  });

  it('leave-one-out orders units as the paper’s estimator does on subsets of N - 1', async () => {
    const { values } = await lab.influence({ calibration, metric: 'loo-loss', unit: 'sublayer' }, job());
    const units = unitsOf(5, 'sublayer');
    const game: Game = (gone) => -values[[...gone][0]!]!;
    const estimate = play(sampleSubsets(units, { seed: 5, subsets: 30, kept: units.length - 1 }), game);
    expect(removalOrder(estimate.values)).toEqual(removalOrder(values));
  });

  it('the task’s Shapley value is the paper’s estimator on the accuracy that lab.evaluate reports', async () => {
    const task = { task: 'school_letters', limit: 4 };
    const report = await lab.influence(
      { calibration: { ids: [] }, metric: 'shapley-task', unit: 'block', permutations: 10, task },
      job(),
    );
    const masks = unitsOf(5, 'block');
    const { results } = await lab.evaluate({ ...task, masks }, job());
    // 4 of 5 are kept: two decks take every block away twice.
    const accuracy = results.map((r) => r.accuracy);
    const others = (i: number) => accuracy.reduce((sum, a, j) => sum + (j === i ? 0 : a / 4), 0);
    near(
      report.values,
      accuracy.map((a, i) => others(i) - a),
      1e-9,
    );
    expect(report.sampling).toMatchObject({ method: 'subsets', drawn: 10, task: { ...task, items: 4, kept: 4 } });
    expect(report.tokens).toBeGreaterThan(4 * 50);
    const line = JSON.stringify({ question: 'The sky is', choices: ['blue', 'tin', 'a cat', 'six'], answer: 0 });
    const data = [{ name: 'mine.jsonl', text: Array(4).fill(line).join('\n') }];
    const other = { permutations: 20, task: { ...task, data }, resume: report };
    await expect(
      lab.influence({ calibration: { ids: [] }, metric: 'shapley-task', unit: 'block', ...other }, job()),
    ).rejects.toEqual(fail('usage', 'SHA-256 of the items'));
  });

  it('a sampled job ended early frees what it held and goes on to the numbers of an uninterrupted one', async () => {
    const settings: InfluenceSettings = { seed: 7, permutations: 12 };
    const whole = await lab.influence(
      { calibration: short, metric: 'shapley-loss', unit: 'sublayer', ...settings },
      job(),
    );
    const before = await lab.memory();
    // Another lab has nothing in mind of what was measured here.
    const other = testLab().lab;
    await other.open({ kind: 'folder', path: STORIES }, job());
    const running = job();
    let last: InfluenceReport | undefined;
    let after = 0;
    let cancelled = 0;
    const cut = other.influence(
      { calibration: short, metric: 'shapley-loss', unit: 'sublayer', ...settings },
      {
        ...running,
        onEstimate(soFar) {
          if (cancelled) after++;
          last = soFar;
          cancelled = performance.now();
          void other.cancel(running.job);
        },
      },
    );
    await expect(cut).rejects.toEqual(fail('cancelled'));
    expect(performance.now() - cancelled).toBeLessThan(250);
    expect(last!.sampling!.drawn).toBeLessThan(12);
    expect(last!.sampling!.stopped).toBeUndefined();
    const resume = structuredClone(last!);
    const rest = await other.influence(
      { calibration: short, metric: 'shapley-loss', unit: 'sublayer', ...settings, resume },
      job(),
    );
    expect(rest).toEqual(whole);
    expect(after).toBe(0);
    expect((await other.memory()).weights).toBe(before.weights);
    expect((await other.memory()).cache).toBe(0);
    expect((await other.memory()).activations).toBeLessThanOrEqual(before.activations);

    for (const [part, wrong] of [
      ['seed', { ...settings, seed: 8, resume }],
      ['method', { exact: true, seed: 7, resume }],
    ] as const) {
      await expect(
        lab.influence({ calibration: short, metric: 'shapley-loss', unit: 'sublayer', ...wrong }, job()),
      ).rejects.toEqual(fail('usage', part));
    }
    const { ids } = { ids: [golden.windows[2].slice(0, 48)] };
    await expect(
      lab.influence({ calibration: { ids }, metric: 'shapley-loss', unit: 'sublayer', ...settings, resume }, job()),
    ).rejects.toEqual(fail('usage', 'another model or text'));
  });

  it('sampling ends once every interval is within the bound, or the order of the lowest stands still', async () => {
    const ask = (settings: InfluenceSettings) =>
      lab.influence({ calibration, metric: 'shapley-loss', unit: 'block', permutations: 100_000, ...settings }, job());
    const bounded = await ask({ bound: 0.5 });
    expect(bounded.sampling!.stopped).toBe('bound');
    for (const [low, high] of bounded.sampling!.intervals) expect(high - low).toBeLessThanOrEqual(1);
    const stable = await ask({ stableLowest: 1 });
    expect(stable.sampling!.stopped).toBe('stable');
    expect(stable.sampling!.state!.lowest!.order).toEqual(removalOrder(stable.values).slice(0, 1));
    expect(stable.sampling!.drawn).toBeLessThan(100_000);
  });

  it('a branch that gives NaN is named, and the rest stands', async () => {
    // A hidden unit of ffn 2 that adds nothing, unless the stream without attn 0 drives it to infinity: 0 times infinity.
    cpSync(STORIES, join(folder, 'brink'), { recursive: true });
    const [channel, width, hidden, weight] = [3, 64, 172, 9.5e18];
    const row = new Float32Array(width);
    row[channel] = weight;
    for (const name of ['gate_proj', 'up_proj']) write(`model.layers.2.mlp.${name}.weight`, row, 0);
    for (let i = 0; i < width; i++) {
      write('model.layers.2.mlp.down_proj.weight', new Float32Array(1), i * hidden);
    }
    await lab.open({ kind: 'folder', path: join(folder, 'brink') }, job());
    const text = { ids: [golden.windows[0]] };
    for (const metric of ['loo-loss', 'loo-logit'] as const) {
      const { values, notFinite } = await lab.influence({ calibration: text, metric, unit: 'sublayer' }, job());
      expect(notFinite).toEqual([0]);
      expect(values.map(Number.isFinite)).toEqual(values.map((_, i) => i !== 0));
    }
    await expect(lab.score({ calibration: text, masks: [[], drop('attn:0')] }, job())).rejects.toEqual(
      fail('not-finite', 'attn:0'),
    );
    const sampled = await lab.influence(
      { calibration: text, metric: 'shapley-loss', unit: 'sublayer', permutations: 4, seed: 1 },
      job(),
    );
    const spoiled = sampled.values.flatMap((v, i) => (Number.isNaN(v) ? [i] : []));
    expect(sampled.notFinite ?? []).toEqual(spoiled);
    await lab.open({ kind: 'folder', path: STORIES }, job());

    function write(tensor: string, values: Float32Array, at: number) {
      const path = join(folder, 'brink', 'model.safetensors');
      const bytes = readFileSync(path);
      const headerBytes = Number(bytes.readBigUInt64LE(0));
      const [start] = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes))[tensor].data_offsets;
      writeSync(
        openSync(path, 'r+'),
        new Uint8Array(values.buffer),
        0,
        values.byteLength,
        8 + headerBytes + start + 4 * at,
      );
    }
  });

  it('a window longer than memory allows is refused with the number of tokens that fits, and those do fit', async () => {
    const ids: number[] = golden.windows.flat().slice(0, 512);
    const [free] = await lab.score({ calibration: { ids: [ids.slice(0, 200)] }, masks: [drop('ffn:1')] }, job());
    await lab.configure({ memoryBudget: 2 ** 20 });
    expect((await lab.memory()).budget).toBe(2 ** 20);
    const error = await lab
      .influence({ calibration: { ids: [ids] }, metric: 'loo-loss', unit: 'block' }, job())
      .catch((e) => e);
    expect(error).toEqual(fail('out-of-memory', '512 tokens'));
    const fits = Number(/at most (\d+) tokens/.exec(error.remedy)?.[1]);
    expect(fits).toBeGreaterThan(1);
    const [fitting] = await lab.score({ calibration: { ids: [ids.slice(0, fits)] }, masks: [[]] }, job());
    expect(fitting!.tokens).toBe(fits - 1);
    const [tight] = await lab.score({ calibration: { ids: [ids.slice(0, 200)] }, masks: [drop('ffn:1')] }, job());
    expect(tight!.loss).toBe(free!.loss);
    await expect(lab.configure({ memoryBudget: -1 })).rejects.toEqual(fail('usage', '-1'));
    await lab.configure({});
    expect((await lab.memory()).budget).toBeGreaterThan(2 ** 20);
  });

  it('update norms: first positions apart, medians of every row, angles that agree with the angular metric', async () => {
    const report = await lab.norms({ calibration }, job());
    const angular = await lab.influence({ calibration, metric: 'angular', unit: 'block' }, job());
    near(
      report.angles.map((own) => own[0]!),
      angular.values,
      1e-5,
    );
    expect(report.angles.map((own) => own.length)).toEqual([5, 4, 3, 2, 1]);
    expect(report).toMatchObject({ tokens: 512, quantiles: 'exact' });
    const l2 = await lab.influence({ calibration, metric: 'l2', unit: 'ffn' }, job());
    // 4 first positions and 508 others make the mean over all.
    near(
      report.rest.ffn.map(({ update }, b) => (508 * update.mean + 4 * report.first.ffn[b]!.update.mean) / 512),
      l2.values,
      1e-4,
    );
    for (const { ratio } of report.rest.block) expect(ratio.p5).toBeLessThan(ratio.median);
  });

  it('influence token by token: a number for each token, whose mean is the metric', async () => {
    const text = 'Once upon a time, there was a little dog.';
    const { ids } = await lab.tokenize(text);
    for (const metric of ['cosine', 'relative-l2'] as const) {
      const report = await lab.tokenInfluence({ text, metric }, job());
      expect(report.tokens).toHaveLength(ids.length);
      const mean = (own: readonly number[]) => own.reduce((a, b) => a + b) / ids.length;
      for (const unit of ['attn', 'ffn', 'block'] as const) {
        near(
          report[unit].map(mean),
          (await lab.influence({ calibration: { ids: [ids] }, metric, unit }, job())).values,
          1e-5,
        );
      }
    }
  });

  it.each([
    ['a text of no token', () => lab.tokenInfluence({ text: '', metric: 'cosine' }, job()), fail('text-too-short')],
    [
      'one beyond the context',
      () => lab.tokenInfluence({ text: 'word '.repeat(600), metric: 'cosine' }, job()),
      fail('prompt-too-long'),
    ],
    [
      'a metric that has no tokens',
      () => lab.tokenInfluence({ text: 'Once upon', metric: 'l1' as 'cosine' }, job()),
      fail('usage', '"l1"'),
    ],
    [
      'a text of one token',
      () => lab.influence({ calibration: { ids: [[1]] }, metric: 'loo-logit', unit: 'block' }, job()),
      fail('ids-invalid'),
    ],
    [
      'no permutation',
      () => lab.influence({ calibration: short, metric: 'shapley-loss', unit: 'block', permutations: 0 }, job()),
      fail('usage', '0'),
    ],
    ['an unknown task', () => lab.score({ calibration: { task: 'arc' }, masks: [[]] }, job()), fail('usage', 'arc')],
    [
      'a task that is not here',
      () => lab.score({ calibration: { task: 'mmlu' }, masks: [[]] }, job()),
      fail('usage', 'mmlu'),
    ],
  ])('%s is refused by name', async (_, work, error) => {
    await expect(work()).rejects.toEqual(error);
  });

  it('a benchmark’s items are a calibration: each one’s prompt with its right answer', async () => {
    const [report] = await lab.score(
      { calibration: { task: 'school_letters', limit: 3 }, masks: [[]], windows: true },
      job(),
    );
    expect(report!.windows).toHaveLength(3);
    const [cut] = await lab.score(
      { calibration: { task: 'school_letters', limit: 3, seqLen: 16 }, masks: [[]] },
      job(),
    );
    expect(cut!.tokens).toBe(3 * 15);
    // The end is kept: the last token is the answer's letter, seen with as little or as much before it.
    const letters = ['A', 'B', 'C', 'D'];
    const data = [{ name: 'one.jsonl', text: JSON.stringify({ question: 'Q', choices: letters, answer: 2 }) }];
    const [one] = await lab.score({ calibration: { task: 'mmlu', data, limit: 1 }, masks: [[]] }, job());
    const prompt =
      'The following are multiple choice questions (with answers).\n\nQ\nA. A\nB. B\nC. C\nD. D\nAnswer: C';
    const [same] = await lab.score({ calibration: { text: prompt, seqLen: 512 }, masks: [[]] }, job());
    expect(one!.loss).toBe(same!.loss);
  });
});
