import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA, hasData, readJson, STORIES } from '../lab/testing';

const BIN = resolve('src/cli/lopper.mjs');
const MODEL = resolve(STORIES);

/** Of an exit, or the signal that ended the process. */
type Status = number | NodeJS.Signals | null;

/** Runs `lopper` as a person would, from a folder that is not Lopper's. */
function lopper(cwd: string, ...words: string[]): Promise<{ status: Status; stdout: string; stderr: string }> {
  return lopperUntil(undefined, cwd, ...words);
}

/** The same, with Ctrl-C once standard error says this. */
function lopperUntil(said: RegExp | undefined, cwd: string, ...words: string[]): ReturnType<typeof lopper> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [BIN, ...words], { cwd });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (out.stdout += chunk));
    child.stderr.on('data', (chunk) => {
      const before = said?.test(out.stderr);
      out.stderr += chunk;
      if (!before && said?.test(out.stderr)) child.kill('SIGINT');
    });
    child.on('close', (status, signal) => done({ status: status ?? signal, ...out }));
  });
}

const CURVE = ['curve', 'sapling', '--ids', 'a', '--unit', 'attn', '--strategy', 'one-shot'];

describe('lopper without a model', () => {
  const run = (...words: string[]) => lopper(tmpdir(), ...words);

  it.each([
    [['scor'], 'There is no command "scor"'],
    [['score'], 'No model is given'],
    [['score', 'sapling'], 'No calibration is given'],
    [['generate', 'sapling', '--prompt'], '--prompt needs a value'],
    [['generate', 'sapling', '--prompt', 'a', '--max-tokens', 'NaN'], '--max-tokens is "NaN"'],
    [['info', './nowhere'], 'does not exist'],
    [['norms', 'sapling'], 'No calibration is given'],
    [['curve', 'sapling', '--ids', 'a', '--unit', 'attn', '--strategy', 'best'], '--strategy is "best"'],
    [['growth', '--ids', 'a', '--metric', 'cosine'], 'No model is given'],
    [['growth', 'sapling', '--metric', 'cosine', '--data', 'a'], '--data is given without --calibration-task'],
    [['score', 'sapling', '--ids', 'a', '--calibration-task', 'school'], '--ids and --calibration-task are both given'],
    [['influence', 'sapling', '--ids', 'a', '--unit', 'block', '--metric', 'l1', '--exact'], 'belongs to a shapley'],
    [['influence', 'sapling', '--unit', 'block', '--metric', 'shapley-task', '--stable', '3'], '--stable is of perm'],
    [[...CURVE, '--metric', 'shapley-task', '--stable', '3'], '--stable is of permutations'],
    [[...CURVE, '--metric', 'cosine', '--bound', '1'], 'belongs to a shapley'],
    [['recover', 'sapling', '--ids', 'a', '--drop', 'attn:1', '--method', 'magic'], '--method is "magic"'],
    [['recover', 'sapling', '--ids', 'a', '--method', 'mean'], 'Nothing is dropped'],
    [['recover', 'sapling', '--ids', 'a', '--drop', 'attn:1', '--method', 'mean', '--rank', '8'], '--rank does not'],
    [['recover', 'sapling', '--ids', 'a', '--drop', 'attn:1', '--method', 'scale', '--ridge', '1'], '--ridge does not'],
    [
      ['recover', 'sapling', '--ids', 'a', '--drop', 'attn:1', '--method', 'mean', '--held-out', '2'],
      '--held-out is 2',
    ],
    [['recover', 'sapling', '--ids', 'a', '--each', '--method', 'mean'], '--each and --unit belong together'],
    [['recover', 'sapling', '--ids', 'a', '--drop', 'attn:1', '--method', 'mean', '--lr', '1'], '--lr does not belong'],
    [['recover', 'sapling', '--ids', 'a', '--drop', 'attn:1', '--method', 'sft', '--rank', '0'], '--rank is "0"'],
    [['recover', 'sapling', '--ids', 'a', '--method', 'sft', '--init', 'f', '--resume', 'g'], 'are both given'],
  ])('%j ends with status 1 and one line that says what is wrong', async (words, part) => {
    const { status, stdout, stderr } = await run(...words);
    expect(stderr).toMatch(/^lopper: .+\n$/);
    expect(stderr).toContain(part);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it('tells of itself', async () => {
    const { status, stdout } = await run('influence', '--help');
    expect(status).toBe(0);
    for (const word of ['--metric', 'loo-loss', 'sublayer']) expect(stdout).toContain(word);
  });
});

describe.skipIf(!hasData)('recover', () => {
  const model = resolve(`${DATA}/models/random/llama`);
  const golden = hasData ? readJson(`${DATA}/models/random/llama/recovery.json`) : undefined;
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lopper-recover-'));
    writeFileSync(join(folder, 'calibration.json'), JSON.stringify(golden.windows_calibration));
    writeFileSync(join(folder, 'unseen.json'), JSON.stringify(golden.windows_unseen));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...words: string[]) => lopper(folder, ...words, '--quiet');

  it('fits what stands in for dropped layers, and keeps it in a file that a score goes on from', async () => {
    const texts = ['--ids', 'calibration.json', '--held-out', 'unseen.json'];
    const asked = ['--drop', 'block:1-2', '--method', 'linear', '--rank', '8', '--fit', 'corrected'];
    const { stdout, stderr } = await run('recover', model, ...texts, ...asked, '--out', 'mine.safetensors', '--json');
    const report = JSON.parse(stdout || stderr);
    expect(report).toMatchObject({ method: 'linear', rank: 8, fit: 'corrected', losses: [], held_losses: [] });
    expect(report.units.map((u: { unit: unknown }) => u.unit)).toEqual([
      ['block', 1],
      ['block', 2],
    ]);
    const want = golden.several[2];
    for (const i of [0, 1]) {
      expect(report.loss.pruned[i]).toBeCloseTo(want.loss_dropped[i], 4);
      expect(report.loss.recovered[i]).toBeCloseTo(want.rank8.corrected[i], 4);
    }
    const score = await run('score', model, '--ids', 'unseen.json', '--recovery', 'mine.safetensors', '--json');
    const { loss, full, pruned } = JSON.parse(score.stdout || score.stderr);
    expect([loss, full.loss, pruned.loss]).toEqual(['recovered', 'full', 'pruned'].map((of) => report.loss[of][1]));

    const from = ['--ids', 'unseen.json', '--recovery', 'mine.safetensors', '--json'];
    const { stdout: out } = await run('influence', model, ...from, '--metric', 'loo-loss', '--unit', 'block');
    expect(JSON.parse(out)).toMatchObject({ fullLoss: loss, standing: expect.stringContaining('block:1') });

    const told = ['generate', model, '--prompt', 'a', '--recovery', 'mine.safetensors', '--drop', 'attn:0'];
    expect((await run(...told)).stderr).toContain('and attn:0 is to be dropped');
  });

  it('trains them, and goes on from the file with what it drops', async () => {
    const asked = ['--ids', 'calibration.json', '--held-out', '0.5', '--method', 'distill', '--schedule', 'constant'];
    const first = ['--drop', 'ffn:1', '--rank', '2', '--steps', '2', '--out', 'trained.safetensors', '--json'];
    const cut = await run('recover', model, ...asked, ...first);
    const before = JSON.parse(cut.stdout || cut.stderr);
    expect(before).toMatchObject({ method: 'distill', rank: 2, steps: 2, ended: 'done' });
    expect(before.held_losses).toHaveLength(3);
    expect(before.loss.recovered).toHaveLength(2);
    const { stdout, stderr } = await run(
      'recover',
      model,
      ...asked,
      '--resume',
      'trained.safetensors',
      '--steps',
      '3',
      '--json',
    );
    const after = JSON.parse(stdout || stderr);
    expect(after.units[0].unit).toEqual([1, 'ffn']);
    expect(after.losses).toHaveLength(4);
    expect(after.losses.slice(0, 3)).toEqual(before.losses);
  });

  it('each: tells the mean update of every unit and what it is worth alone', async () => {
    const words = ['recover', model, '--ids', 'calibration.json', '--each', '--unit', 'ffn', '--method', 'mean'];
    const { stdout, stderr } = await run(...words, '--json');
    const { each } = JSON.parse(stdout || stderr);
    const wanted = golden.emulated.filter((e: { unit: unknown[] }) => e.unit[1] === 'ffn');
    expect(each).toHaveLength(wanted.length);
    for (const [i, want] of wanted.entries()) {
      expect(each[i].unit).toEqual(want.unit);
      expect(each[i].norm).toBeCloseTo(want.norm, 4);
      expect(each[i].channel_std).toBeCloseTo(want.channel_std, 6);
      expect(each[i].loss_dropped).toBeCloseTo(want.loss_dropped[0], 4);
      expect(each[i].loss_recovered).toBeCloseTo(want.loss_emulated[0], 4);
    }
  });
});

it('growth: the bundled model’s own checkpoints, as the results that ship say', async () => {
  const on = ['--text', resolve('public/calibration/stories.txt'), '--seq-len', '128'];
  const words = ['--revisions', 'step1024', '--metric', 'cosine', '--json', '--quiet'];
  const { stdout, stderr } = await lopper(tmpdir(), 'growth', 'sapling', ...on, ...words);
  const report = JSON.parse(stdout || stderr);
  const shipped = JSON.parse(readFileSync('public/models/sapling/growth/results.json', 'utf8')).reports[0];
  expect(report.points).toHaveLength(1);
  for (const { name, loss, block } of report.points) {
    const same = shipped.points.find((p: { name: string }) => p.name === name);
    expect(loss).toBeCloseTo(same.loss, 4);
    for (const [b, value] of block.entries()) expect(value).toBeCloseTo(same.block[b], 4);
  }
});

describe.skipIf(!hasData)('lopper on stories260K', () => {
  const golden = hasData ? readJson(`${STORIES}/golden.json`) : undefined;
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lopper-cli-'));
    writeFileSync(join(folder, 'ids.json'), JSON.stringify(golden.windows));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const json = async (...words: string[]) => {
    const { status, stdout, stderr } = await lopper(folder, ...words, '--json', '--quiet');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  it('info: blocks, parameters of each, cache, and the adapter when asked', async () => {
    const report = await json('info', MODEL, '--adapter');
    expect(report).toMatchObject({
      blocks: 5,
      dtype: 'F32',
      context: 512,
      vocabulary: 512,
      kvBytesPerTokenPerBlock: 256,
    });
    expect(report.attnParameters).toHaveLength(5);
    expect(report.adapter.selfTest.passed).toBe(true);
  });

  it('doctor: what computes, how quickly each part of it, and what to do', async () => {
    const began = Date.now();
    const { adapter, rates, disk, surroundings, lopper: version } = await json('doctor', MODEL);
    // Of kernels of every kind and now, whatever was proved by an earlier command.
    expect(adapter.selfTest).toMatchObject({ passed: true, cases: 6 });
    expect(Date.parse(adapter.selfTest.at)).toBeGreaterThanOrEqual(began);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(surroundings.runtime).toContain(process.version);
    // The one that computes is named, and found among those that are here.
    expect(adapter.device).not.toBe('');
    expect(surroundings.adapters[surroundings.inUse - 1]).toMatch(new RegExp(adapter.device.split('-')[0], 'i'));
    // The tests compute on a driver that they name.
    expect(surroundings.advice[0].remedy).toContain('VK_ICD_FILENAMES');
    const kinds = new Set(rates.products.map((p: { dtype: string }) => p.dtype));
    expect([...kinds]).toEqual(['F32', 'F16', 'BF16']);
    expect(rates.products[0]).toMatchObject({ rows: 1 });
    expect(rates.attention).toHaveLength(2);
    const { peak, memory, calls } = rates;
    const measured = [disk.rate, peak, ...Object.values(memory), ...Object.values(calls)];
    for (const p of rates.products) {
      measured.push(p.gflops);
      expect(p.gflops, `${p.dtype}, ${p.rows} rows`).toBeLessThan(1.5 * peak);
    }
    for (const value of measured) expect(value).toBeGreaterThan(0);
  });

  it('doctor: where nothing computes it says so, with what to do, and fails', async () => {
    const { status, stdout } = await lopper(folder, 'doctor', '--adapter', 'no such card', '--json', '--quiet');
    expect(status).toBe(1);
    const { failure, surroundings } = JSON.parse(stdout);
    expect(failure).toMatchObject({ code: 'no-adapter', message: expect.stringContaining('no such card') });
    expect(failure.message).toContain(surroundings.adapters[0]);
  });

  it('score: loss and windows of ids as they are, with the last logits', async () => {
    const report = await json('score', MODEL, '--ids', 'ids.json', '--logits');
    expect(Math.abs(report.loss / golden.loss - 1)).toBeLessThan(1e-4);
    expect(report.tokens).toBe(508);
    expect(report.windows).toHaveLength(4);
    expect(report.windows[0].nll[0]).toBeCloseTo(golden.token_nll_first_window[0], 3);
    expect(Math.abs(report.windows[0].logits[7] - golden.last_logits_first_window[7])).toBeLessThan(2e-3);
  });

  it('score: a mask from the list and the same from a file agree with leave-one-out', async () => {
    const mask = {
      format: 'lopper-mask',
      version: 1,
      model: { id: 'stories260K', architecture: 'LlamaForCausalLM', blocks: 5 },
      index_base: 0,
      dropped: { attn: [], ffn: [3] },
    };
    writeFileSync(join(folder, 'mask.json'), JSON.stringify(mask));
    const wanted = golden.leave_one_out.sublayer[7].loss;
    for (const words of [
      ['--drop', 'ffn:3'],
      ['--mask', 'mask.json'],
    ]) {
      const { loss, full, added } = await json('score', MODEL, '--ids', 'ids.json', ...words);
      expect(Math.abs(loss - wanted)).toBeLessThan(1e-4);
      expect(Math.abs(full.loss - golden.loss)).toBeLessThan(1e-4);
      expect(added).toMatchObject({ of: 'windows', n: 4 });
      expect(added.loss).toBeCloseTo(loss - full.loss, 9);
      expect(added.interval[0]).toBeLessThan(added.loss);
      expect(added.interval[1]).toBeGreaterThan(added.loss);
    }
  });

  it('influence: by name and unit, in walking order', async () => {
    const report = await json('influence', MODEL, '--ids', 'ids.json', '--metric', 'loo-loss', '--unit', 'sublayer');
    expect(report).toMatchObject({ metric: 'loo-loss', unit: 'sublayer' });
    for (const [i, { loss }] of golden.leave_one_out.sublayer.entries()) {
      expect(Math.abs(report.values[i] - loss)).toBeLessThan(1e-4);
    }
  });

  it('influence: ended by Ctrl-C, a sampled run prints its last estimate, and --resume goes on to the same numbers', async () => {
    writeFileSync(join(folder, 'short.json'), JSON.stringify([golden.windows[0].slice(0, 32)]));
    const words = ['influence', MODEL, '--ids', 'short.json', '--metric', 'shapley-loss', '--unit', 'sublayer'];
    const cut = await lopperUntil(/values, \d\d/, folder, ...words, '--permutations', '1000000000', '--json');
    expect(cut.status, cut.stderr).toBe(0);
    const partial = JSON.parse(cut.stdout);
    const { sampling } = partial;
    expect(sampling.drawn).toBeGreaterThan(0);
    expect(sampling.stopped).toBeUndefined();
    expect(partial.values).toHaveLength(10);
    writeFileSync(join(folder, 'partial.json'), cut.stdout);
    const permutations = String(sampling.drawn + 20);
    const rest = await json(...words, '--permutations', permutations, '--resume', 'partial.json');
    const never = await json(...words, '--permutations', permutations);
    expect(rest.made_by.command).toBe(never.made_by.command.replace(' --json', ' --resume partial.json --json'));
    expect({ ...rest, made_by: never.made_by }).toEqual(never);
  });

  it('curve: points of a strategy, and --resume goes further by what the file asked', async () => {
    const words = ['--ids', 'ids.json', '--lock', 'attn:2', '--strategy', 'greedy', '--unit', 'attn'];
    const short = await json('curve', MODEL, ...words, '--steps', '1');
    expect(short).toMatchObject({
      format: 'lopper-result',
      kind: 'curve',
      text: { source: 'ids.json' },
      partial: false,
    });
    writeFileSync(join(folder, 'curve.json'), JSON.stringify(short));
    const longer = await json('curve', MODEL, '--ids', 'ids.json', '--resume', 'curve.json', '--steps', '3');
    expect(longer.points.slice(0, 2)).toEqual(short.points);
    expect(longer.points.map((p: { removed: number }) => p.removed)).toEqual([0, 1, 2, 3]);
    expect(longer.request).toMatchObject({ strategy: 'greedy', locked: [{ block: 2, kind: 'attn' }] });
    expect(longer.points[3].dropped).not.toContainEqual({ block: 2, kind: 'attn' });
    const wanted = golden.leave_one_out.sublayer.filter((_: unknown, i: number) => i % 2 === 0 && i !== 4);
    const best = Math.min(...wanted.map((x: { loss: number }) => x.loss));
    expect(Math.abs(longer.points[1].loss - best)).toBeLessThan(1e-4);
  });

  it('curve: --judge halves tells losses of the odd windows, and a file of it goes on alike', async () => {
    const words = ['curve', MODEL, '--ids', 'ids.json'];
    const asked = ['--strategy', 'greedy', '--unit', 'block', '--judge', 'halves'];
    const short = await json(...words, ...asked, '--steps', '1');
    expect(short).toMatchObject({ judged: { on: 'odd windows', chosenOn: 256 }, request: { judge: 'halves' } });
    expect(short.points[1].added[0]).toBeLessThan(short.points[1].loss - short.points[0].loss);
    writeFileSync(join(folder, 'halves.json'), JSON.stringify(short));
    const longer = await json(...words, '--resume', 'halves.json', '--steps', '2');
    expect(longer.points.slice(0, 2)).toEqual(short.points);
    expect(longer.judged).toEqual(short.judged);
    const same = await lopper(folder, ...words, '--resume', 'halves.json', '--judge', 'same', '--json');
    expect(same.stderr).toContain('what judges');
    // The odd windows given as a text of their own judge alike, and are not written into the file.
    writeFileSync(join(folder, 'odd.json'), JSON.stringify([golden.windows[1], golden.windows[3]]));
    const other = await json(...words, ...asked.with(-1, 'odd.json'), '--steps', '1');
    expect(other.judged.on).toBe('another text');
    expect(other.points[0].loss).toBeCloseTo(short.points[0].loss, 6);
    expect(other.request).not.toHaveProperty('judge');
  });

  it('curve: --resume adds a benchmark, and mixes no two of them', async () => {
    const words = ['curve', MODEL, '--ids', 'ids.json'];
    const bare = await json(...words, '--strategy', 'greedy', '--unit', 'block', '--steps', '1');
    writeFileSync(join(folder, 'bare.json'), JSON.stringify(bare));
    const asked = await json(...words, '--resume', 'bare.json', '--task', 'school', '--limit', '2', '--shots', '0');
    expect(asked.points.map((p: { accuracy: { n: number } }) => p.accuracy.n)).toEqual([2, 2]);
    writeFileSync(join(folder, 'asked.json'), JSON.stringify(asked));
    // What is left out is as it was.
    const further = await json(...words, '--resume', 'asked.json', '--task', 'school', '--steps', '2');
    expect(further.points.slice(0, 2)).toEqual(asked.points);
    expect(further.points[2].accuracy.n).toBe(2);
    const { status, stderr } = await lopper(folder, ...words, '--resume', 'asked.json', '--limit', '3');
    expect(status).not.toBe(0);
    expect(stderr).toContain("its benchmark's number of items is 2");
  });

  /** A folder named "run" with so many links to the model as checkpoints. */
  const checkpoints = (within: string, steps: readonly number[]): string => {
    const run = join(folder, within, 'run');
    mkdirSync(run, { recursive: true });
    for (const step of steps) symlinkSync(MODEL, join(run, `step${step}`), 'dir');
    return run;
  };
  const GROWTH = ['growth', '--ids', 'ids.json', '--metric', 'cosine', '--folder'];

  it('growth: a folder of checkpoint folders, gone on from only where it was measured alike', async () => {
    const words = [...GROWTH, checkpoints('two', [20, 3])];
    const report = await json(...words);
    expect(report).toMatchObject({
      format: 'lopper-result',
      kind: 'growth',
      series: 'run',
      text: { source: 'ids.json' },
      partial: false,
    });
    expect(report.points.map((p: { name: string }) => p.name)).toEqual(['step3', 'step20']);
    const cosine: number[] = golden.static.block.map((u: { cosine: number }) => u.cosine);
    for (const [b, value] of cosine.entries()) expect(report.points[1].block[b] / value).toBeCloseTo(1, 3);

    writeFileSync(join(folder, 'growth.json'), JSON.stringify(report));
    const other = await lopper(folder, ...words, '--task', 'school', '--resume', 'growth.json');
    expect(other.stderr).toContain('has the task none, and school is asked for');
    // In 4 bits it is another series, and other numbers.
    const smaller = await json(...words, '--precision', 'q4');
    expect(smaller.series).toBe('run, in 4 bits');
    expect(Math.abs(smaller.points[0].loss - report.points[0].loss)).toBeGreaterThan(1e-3);
    const mixed = await lopper(folder, ...words, '--precision', 'q4', '--resume', 'growth.json');
    expect(mixed.stderr).toContain('run, in 4 bits');
    expect(mixed.status).toBe(1);
    writeFileSync(join(folder, 'growth.json'), JSON.stringify(report).slice(0, 40));
    const damaged = await lopper(folder, ...words, '--resume', 'growth.json');
    expect(damaged.stderr).toContain('growth.json is no result of lopper growth: it is not JSON');
  });

  it('growth: ended by Ctrl-C it prints the checkpoints so far, and --resume opens only those that follow', async () => {
    const all = Array.from({ length: 500 }, (_, i) => i);
    const cut = await lopperUntil(/, (?!1 of)\d+ of 500/, folder, ...GROWTH, checkpoints('long', all), '--json');
    expect(cut.status, cut.stderr).toBe(0);
    const part = JSON.parse(cut.stdout);
    const done = part.points.length;
    expect(done).toBeGreaterThan(0);
    expect(part.partial).toBe(true);
    writeFileSync(join(folder, 'growth.json'), cut.stdout);
    const few = checkpoints('few', all.slice(0, done + 1));
    rmSync(join(few, 'step0'));
    mkdirSync(join(few, 'step0'));
    copyFileSync(join(MODEL, 'config.json'), join(few, 'step0', 'config.json')); // no weights: it cannot be opened again
    const rest = await json(...GROWTH, few, '--resume', 'growth.json');
    expect(rest.points.slice(0, done)).toEqual(part.points);
    expect(rest).toMatchObject({ partial: false, failures: [] });
    expect(rest.points).toHaveLength(done + 1);
  });

  it('norms: distributions of every unit, and the angles of every span', async () => {
    const report = await json('norms', MODEL, '--ids', 'ids.json');
    expect(report).toMatchObject({ format: 'lopper-result', kind: 'norms', tokens: 512, quantiles: 'exact' });
    expect(report.angles[0][0]).toBeCloseTo(golden.static.block[0].angular, 4);
  });

  it('generate and eval answer in JSON', async () => {
    const text = await json(
      'generate',
      MODEL,
      '--prompt',
      'Once upon a time',
      '--max-tokens',
      '12',
      '--drop',
      'attn:4',
    );
    expect(text).toMatchObject({ stopped: 'length', ids: expect.any(Array) });
    expect(text.ids).toHaveLength(12);
    const items = [0, 1, 2].map((answer) => ({
      question: `Which is ${answer}?`,
      choices: ['zero', 'one', 'two', 'three'],
      answer,
    }));
    writeFileSync(join(folder, 'items.jsonl'), items.map((i) => JSON.stringify(i)).join('\n'));
    const report = await json(
      'eval',
      MODEL,
      '--task',
      'school',
      '--data',
      'items.jsonl',
      '--drop',
      'attn:1',
      '--compare',
    );
    expect(report).toMatchObject({ task: 'school', metric: 'acc_norm', n: 3, chance: 0.25, full: { n: 3 }, shots: 0 });
    expect(report.about).toContain('items.jsonl');
    expect(report.interval[0]).toBeLessThanOrEqual(report.accuracy);
    expect(report.interval[1]).toBeGreaterThanOrEqual(report.accuracy);
    expect(report.items.map((i: { gold: number }) => i.gold)).toEqual([0, 1, 2]);
    expect(report.items[0].scores).toHaveLength(4);
    expect(report.items[0].full.scores).toHaveLength(4);
  });

  describe('eval', () => {
    const requests = resolve(`${DATA}/benchmarks/requests`);
    /** The documents of a reference file as a file of rows, its scores at 0 shots, and its examples. */
    const write = (task: string) => {
      const { cases, model_scores, fewshot_pool } = readJson(`${requests}/${task}.json`);
      const scores = model_scores.filter((s: { num_fewshot: number }) => s.num_fewshot === 0);
      const docs = scores.map(
        (s: { doc_index: number }) => cases.find((c: { doc_index: number }) => c.doc_index === s.doc_index).doc,
      );
      const lines = (rows: unknown[]) => rows.map((r) => JSON.stringify(r)).join('\n');
      writeFileSync(join(folder, `${task}.jsonl`), lines(docs));
      if (fewshot_pool) writeFileSync(join(folder, `${task}.dev.jsonl`), lines(fewshot_pool.documents));
      return { cases, scores };
    };

    it('gives the log-probabilities of the field, of the pruned model with the full one beside it', async () => {
      const { scores } = write('arc_easy');
      const words = ['--task', 'arc_easy', '--data', 'arc_easy.jsonl', '--drop', 'attn:2,ffn:3', '--compare'];
      const report = await json('eval', MODEL, ...words);
      for (const [i, { full, dropped }] of scores.entries()) {
        const item = report.items[i];
        for (const [answer, want] of [
          [item, dropped],
          [item.full, full],
        ]) {
          expect(answer.greedy).toEqual(want.is_greedy);
          expect(answer.metrics).toMatchObject(want.result);
          for (const [c, logprob] of want.loglikelihoods.entries())
            expect(Math.abs(answer.scores[c] - logprob)).toBeLessThan(2e-3);
        }
      }
      expect(report.metrics.acc_norm.n).toBe(6);
    });

    it('runs several tasks, keeps them in a file, and goes on from it', async () => {
      write('arc_easy');
      const words = ['--task', 'arc_easy,arc_challenge', '--data', 'arc_easy.jsonl', '--resume', 'results.json'];
      const { tasks } = await json('eval', MODEL, ...words, '--limit', '3');
      expect(Object.keys(tasks)).toEqual(['arc_easy', 'arc_challenge']);
      expect(readJson(join(folder, 'results.json')).tasks).toEqual(tasks);
      const kept = readJson(join(folder, 'results.json'));
      kept.tasks.arc_easy.items[0].scores[0] = 7; // what is there is not asked again
      writeFileSync(join(folder, 'results.json'), JSON.stringify(kept));
      const more = await json('eval', MODEL, ...words);
      expect(more.tasks.arc_easy.items).toHaveLength(6);
      expect(more.tasks.arc_easy.items[0].scores[0]).toBe(7);
      const { status, stderr } = await lopper(folder, 'eval', MODEL, ...words, '--drop', 'ffn:1');
      expect(status).toBe(1);
      expect(stderr).toContain('without nothing, and now without ffn:1');
    });

    it('prints what would be asked without a model, byte for byte', async () => {
      const { cases } = write('mmlu_formal_logic');
      const files = ['--data', 'mmlu_formal_logic.jsonl', '--fewshot-data', 'mmlu_formal_logic.dev.jsonl'];
      const { status, stdout } = await lopper(
        folder,
        'eval',
        '--requests',
        '--task',
        'mmlu_formal_logic',
        ...files,
        '--shots',
        '5',
      );
      expect(status).toBe(0);
      const [first] = JSON.parse(stdout);
      const want = cases.find(
        (c: { doc_index: number; num_fewshot: number }) => c.doc_index === 0 && c.num_fewshot === 5,
      );
      expect(first).toEqual({ doc_index: 0, requests: want.requests, gold: want.gold });
    });

    it("takes a folder of MMLU's files, and fills the tables of the field's harness", async () => {
      const words = [
        '--task',
        'mmlu',
        '--data',
        resolve(`${DATA}/benchmarks/mmlu/test`),
        '--limit',
        '3',
        '--seed',
        '5',
      ];
      const report = await json('eval', MODEL, ...words, '--harness');
      expect(report['n-samples']).toBeDefined();
      expect(report.results.mmlu['acc,none']).toBeGreaterThanOrEqual(0);
      expect(report.config.model_args).toContain('stories260K');
    });
  });

  it('wrong input after the model is open: status 1, nothing on standard output, the values named', async () => {
    writeFileSync(join(folder, 'bad.json'), '[[1, 600]]');
    const { status, stdout, stderr } = await lopper(folder, 'score', MODEL, '--ids', 'bad.json', '--json');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^lopper: Id 600 .* 0 to 511/);
  });
});
