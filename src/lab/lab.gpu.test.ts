import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnitKind } from '../model/units';
import { isStatic, METRIC_NAMES } from '../pruning/metrics';
import type { EvalItem, InfluenceMetric, ModelReport, Progress } from './contract';
import type { Lab } from './jobs';
import { DATA, drop, hasData, job, readJson, STORIES, testLab } from './testing';

const UNITS: readonly UnitKind[] = ['block', 'attn', 'ffn', 'sublayer'];
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const fail = (code: string, ...parts: string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(parts.join('.*'))),
    remedy: expect.stringMatching(/./),
  });

describe.skipIf(!hasData)('the lab on stories260K', () => {
  const golden = hasData ? readJson(`${STORIES}/golden.json`) : undefined;
  const calibration = { ids: golden?.windows ?? [] };
  const { lab, devices } = testLab();
  const folder = mkdtempSync(join(tmpdir(), 'lopper-lab-'));
  let model: ModelReport;
  beforeAll(async () => {
    model = await lab.open({ kind: 'folder', path: STORIES }, job());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const fullLoss = async () => (await lab.score({ calibration, masks: [[]] }, job()))[0]!.loss;

  it('trusts the adapter only after a self-test, and says what it is', async () => {
    const report = await lab.start();
    expect(report.selfTest).toMatchObject({ passed: true });
    expect(report.selfTest.cases).toBeGreaterThan(0);
    expect(Object.keys(report.matmul.gflops)).toContain(report.matmul.variant);
  });

  it('reports the model as its files have it', () => {
    expect(model).toMatchObject({
      id: 'stories260K',
      architecture: 'LlamaForCausalLM',
      blocks: 5,
      vocabulary: 512,
      context: 512,
      dtype: 'F32',
      hasTokenizer: true,
      kvBytesPerTokenPerBlock: 2 * 4 * 8 * 4,
    });
    // q and o 64x64, k and v 64x32, and the norm; gate, up and down 64x172, and the norm
    expect(model.attnParameters).toEqual(Array(5).fill(2 * 64 * 64 + 2 * 64 * 32 + 64));
    expect(model.ffnParameters).toEqual(Array(5).fill(3 * 64 * 172 + 64));
  });

  it('loss, first window and last logits are the golden ones', async () => {
    const [report] = await lab.score({ calibration, masks: [[]], logits: true }, job());
    expect(Math.abs(report!.loss / golden.loss - 1)).toBeLessThan(1e-4);
    expect(report!.perplexity).toBeCloseTo(Math.exp(report!.loss), 9);
    expect(report!.tokens).toBe(4 * 127);
    const [first] = report!.windows!;
    for (const [i, nll] of golden.token_nll_first_window.entries()) expect(first!.nll[i]).toBeCloseTo(nll, 3);
    for (const [i, z] of golden.last_logits_first_window.entries()) {
      expect(Math.abs(first!.logits![i]! - z)).toBeLessThan(2e-3);
    }
  });

  it('with few of its weights in GPU memory it gives the same loss, and tells what is read meanwhile', async () => {
    const want = await fullLoss();
    const told: Progress[] = [];
    const report = await lab.open({ kind: 'folder', path: STORIES, stay: 'none' }, job());
    expect(report.streamed).toBe(true);
    expect(report.streamedBytes).toBeGreaterThan(0.8 * report.weightBytes);
    expect(report.aheadBytes).toBe(report.streamedBytes); // of so small a model
    const [got] = await lab.score({ calibration, masks: [[]] }, { ...job(), onProgress: (p) => told.push(p) });
    expect(got!.loss).toBe(want);
    expect(told.at(-1)!.reading!.passes).toBeGreaterThanOrEqual(1);
    expect(told.at(-1)!.reading!.bytesPerSecond).toBeGreaterThan(0);
    expect((await lab.memory()).reading!.bytes).toBeGreaterThanOrEqual(report.streamedBytes!);
    expect((await lab.appraise()).every(({ fits }) => fits.q4.fits !== undefined)).toBe(true);
    model = await lab.open({ kind: 'folder', path: STORIES }, job());
    expect(model).not.toHaveProperty('streamedBytes');
  });

  it('every static influence is the golden one to 1e-3', async () => {
    for (const metric of METRIC_NAMES.filter(isStatic)) {
      for (const unit of UNITS) {
        const { values } = await lab.influence({ calibration, metric, unit }, job());
        const of = (kind: string): number[] => golden.static[kind].map((s: Record<string, number>) => s[metric]);
        const expected = unit === 'sublayer' ? of('attn').flatMap((v, b) => [v, of('ffn')[b]!]) : of(unit);
        expect(values).toHaveLength(expected.length);
        for (const [i, value] of expected.entries()) {
          expect(Math.abs(values[i]! / value - 1), `${metric} ${unit} ${i}`).toBeLessThan(1e-3);
        }
      }
    }
  });

  it('gradient influence is the golden one to 2e-3, and comes from one pass for all units', async () => {
    const wanted = readJson(`${STORIES}/gradient.json`);
    const text = { ids: wanted.windows };
    for (const unit of ['block', 'attn', 'ffn'] as const) {
      const seen: Progress[] = [];
      const onProgress = (progress: Progress) => seen.push(progress);
      const report = await lab.influence({ calibration: text, metric: 'gradient', unit }, { ...job(), onProgress });
      expect(report.values).toHaveLength(wanted[unit].length);
      for (const [i, value] of report.values.entries()) {
        expect(Math.abs(value / wanted[unit][i] - 1), `${unit} ${i}`).toBeLessThan(2e-3);
      }
      expect(seen.length > 0).toBe(unit === 'block');
    }
  });

  it('leave-one-out losses are the golden ones to 1e-4, whichever unit is asked for first', async () => {
    const of = (unit: string): number[] => golden.leave_one_out[unit].map((x: { loss: number }) => x.loss);
    const both = of('sublayer');
    const expected: Record<UnitKind, number[]> = {
      block: of('block'),
      attn: both.filter((_, i) => i % 2 === 0),
      ffn: both.filter((_, i) => i % 2 === 1),
      sublayer: both,
    };
    for (const unit of UNITS) {
      const { values, fullLoss } = await lab.influence({ calibration, metric: 'loo-loss', unit }, job());
      expect(values).toHaveLength(expected[unit].length);
      for (const [i, value] of expected[unit].entries()) expect(Math.abs(values[i]! - value)).toBeLessThan(1e-4);
      expect(Math.abs(fullLoss! - golden.loss)).toBeLessThan(1e-4);
    }
  });

  it('a toggle gives the same loss alone, beside the full model, and a second time without computing', async () => {
    const mask = drop('attn:2,ffn:3');
    const [alone] = await lab.score({ calibration, masks: [mask], logits: true }, job()); // with logits nothing is remembered
    const [full, beside] = await lab.score({ calibration, masks: [[], mask] }, job());
    expect(beside!.loss).toBeCloseTo(alone!.loss, 6);
    expect(full!.loss).toBeLessThan(beside!.loss);
    const seen: Progress[] = [];
    const again = await lab.score(
      { calibration, masks: [mask.toReversed(), []] },
      { ...job(), onProgress: (p) => seen.push(p) },
    );
    expect(again.map((r) => r.loss)).toEqual([beside!.loss, full!.loss]);
    expect(seen).toEqual([]);
  });

  it('a text is scored in windows of its tokens', async () => {
    const text = readFileSync(`${DATA}/text/tinystories.txt`, 'utf8').slice(0, 3000);
    const { ids, tokens } = await lab.tokenize(text);
    expect(tokens).toHaveLength(ids.length);
    const windows = Array.from({ length: Math.ceil(ids.length / 128) }, (_, i) => ids.slice(128 * i, 128 * (i + 1)));
    const [byText] = await lab.score({ calibration: { text, seqLen: 128 }, masks: [[]], windows: true }, job());
    const [byIds] = await lab.score({ calibration: { ids: windows }, masks: [[]] }, job());
    expect(byText!.loss).toBe(byIds!.loss);
    expect(byText!.windows).toHaveLength(windows.length);
    expect(byIds).not.toHaveProperty('windows'); // nobody asked
  });

  it('a calibration that was handed over is known by its name, until others have taken its place', async () => {
    const first = { ids: golden.windows.slice(0, 1) };
    const named = async (name: string) =>
      (await lab.score({ calibration: { named: name }, masks: [[]] }, job()))[0]!.loss;
    await lab.calibrate('mine', first);
    const [given] = await lab.score({ calibration: first, masks: [[]] }, job());
    expect(await named('mine')).toBe(given!.loss);
    await lab.calibrate('mine', calibration);
    expect(await named('mine')).toBe(await fullLoss());
    await expect(named('yours')).rejects.toEqual(fail('calibration-unknown', 'yours'));
    for (let i = 0; i < 8; i++) await lab.calibrate(`another ${i}`, first);
    await expect(named('mine')).rejects.toEqual(fail('calibration-unknown', 'mine'));
    await lab.calibrate('mine', first);
    expect(await named('mine')).toBe(given!.loss);
  });

  it('continues a prompt as the reference does, on both models side by side', async () => {
    const { greedy_text } = readJson(`${STORIES}/reference.json`);
    const prompt = greedy_text.slice(0, greedy_text.indexOf('.') + 1);
    const events: { branch: number; text: string }[] = [];
    const masks = [[], drop('attn:2,ffn:3')];
    const report = await lab.generate(
      { prompt, maxTokens: 60, temperature: 0, seed: 0, masks },
      { ...job(), onToken: (e) => events.push(e) },
    );
    const [full, pruned] = report.branches;
    expect(greedy_text).toContain(full!.text);
    expect(greedy_text.indexOf(full!.text)).toBe(prompt.length);
    expect(pruned!.text).not.toBe(full!.text);
    expect(full).toMatchObject({ stopped: 'length', promptTokens: (await lab.tokenize(prompt)).ids.length });
    expect(full!.tokensPerSecond).toBeGreaterThan(0);
    expect(events.slice(0, 4).map((e) => e.branch)).toEqual([0, 1, 0, 1]);
    expect(events.filter((e) => e.branch === 1).at(-1)!.text).toBe(pruned!.text);
  });

  it('drawing at a temperature repeats with its seed and only with it', async () => {
    const write = async (seed: number) => {
      const request = { prompt: 'Once', maxTokens: 30, temperature: 1, seed, masks: [[], []] };
      return (await lab.generate(request, job())).branches.map((b) => b.text);
    };
    const [a, b] = await write(1);
    expect(a).toBe(b);
    expect(await write(1)).toEqual([a, a]);
    expect((await write(2))[0]).not.toBe(a);
  });

  it.each([
    ['prompt-empty', '', 'empty'],
    ['prompt-too-long', 'word '.repeat(600), '1\\d\\d\\d tokens.*512'],
  ])('a prompt that cannot be continued is named: %s', async (code, prompt, part) => {
    const request = { prompt, maxTokens: 5, temperature: 0, seed: 0, masks: [[]] };
    await expect(lab.generate(request, job())).rejects.toEqual(fail(code, part));
  });

  it('a generation ends at the context', async () => {
    const { ids } = await lab.tokenize('word '.repeat(150));
    const request = {
      prompt: 'word '.repeat(150),
      maxTokens: 512,
      temperature: 0,
      seed: 0,
      masks: [drop('block:0-4')],
    };
    const [branch] = (await lab.generate(request, job())).branches;
    expect(branch!.stopped).toBe('context');
    expect(branch!.ids).toHaveLength(512 - ids.length);
  });

  it.each([
    [
      'a mask for a larger model',
      () => lab.score({ calibration, masks: [drop('attn:5')] }, job()),
      fail('mask-mismatch', 'attn:5', '5 blocks'),
    ],
    [
      'an id of another vocabulary',
      () => lab.score({ calibration: { ids: [[1, 512]] }, masks: [[]] }, job()),
      fail('ids-invalid', '512'),
    ],
    ['no text', () => lab.score({ calibration: { text: '', seqLen: 16 }, masks: [[]] }, job()), fail('text-too-short')],
    [
      'an unknown metric',
      () => lab.influence({ calibration, metric: 'shap' as InfluenceMetric, unit: 'block' }, job()),
      fail('usage', 'shap'),
    ],
    ['an unknown task', () => lab.evaluate({ task: 'arc', masks: [[]] }, job()), fail('usage', 'arc')],
    [
      'a temperature below 0',
      () => lab.generate({ prompt: 'a', maxTokens: 1, temperature: -1, seed: 0, masks: [[]] }, job()),
      fail('usage', '-1'),
    ],
  ])('%s is refused by name, and the lab goes on', async (_, work, error) => {
    await expect(work()).rejects.toEqual(error);
    expect(Math.abs((await fullLoss()) - golden.loss)).toBeLessThan(2e-4);
  });

  it('a model that cannot be opened leaves the one before in place', async () => {
    cpSync(STORIES, join(folder, 'cut'), { recursive: true });
    const bytes = readFileSync(`${STORIES}/model.safetensors`);
    writeFileSync(join(folder, 'cut', 'model.safetensors'), bytes.subarray(0, bytes.length - 100));
    const before = await lab.memory();
    await expect(lab.open({ kind: 'folder', path: join(folder, 'nowhere') }, job())).rejects.toEqual(
      fail('file-missing'),
    );
    await expect(lab.open({ kind: 'folder', path: join(folder, 'cut') }, job())).rejects.toEqual(
      fail('safetensors-corrupt'),
    );
    expect((await lab.memory()).weights).toBe(before.weights);
    expect(Math.abs((await fullLoss()) - golden.loss)).toBeLessThan(2e-4);
  });

  it('NaN in the weights is said, with the branch it comes from, never shown', async () => {
    cpSync(STORIES, join(folder, 'nan'), { recursive: true });
    const path = join(folder, 'nan', 'model.safetensors');
    const bytes = readFileSync(path);
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes));
    const [start] = header['model.layers.3.mlp.down_proj.weight'].data_offsets;
    writeSync(openSync(path, 'r+'), Buffer.from([0, 0, 0xc0, 0x7f]), 0, 4, 8 + headerBytes + start);
    await lab.open({ kind: 'folder', path: join(folder, 'nan') }, job());
    const request = { prompt: 'Once', maxTokens: 3, temperature: 0, seed: 0 };
    await expect(lab.score({ calibration, masks: [[]] }, job())).rejects.toEqual(fail('not-finite', 'full model'));
    await expect(lab.score({ calibration, masks: [drop('attn:1')] }, job())).rejects.toEqual(
      fail('not-finite', 'attn:1'),
    );
    await expect(lab.influence({ calibration, metric: 'cosine', unit: 'ffn' }, job())).rejects.toEqual(
      fail('not-finite'),
    );
    await expect(lab.generate({ ...request, masks: [[]] }, job())).rejects.toEqual(fail('not-finite'));
    const [without] = await lab.score({ calibration, masks: [drop('ffn:3')] }, job());
    expect(without!.loss).toBeGreaterThan(golden.loss); // the damaged layer dropped, all is well
    await lab.open({ kind: 'folder', path: STORIES }, job());
  });

  it('a long job is cancelled within 250 ms, and a queued one never starts', async () => {
    const text = readFileSync(`${DATA}/text/tinystories.txt`, 'utf8').slice(0, 60_000);
    const running = job();
    const waiting = job();
    let started = false;
    let cancelled = false;
    const reports: boolean[] = [];
    const long = lab.influence(
      { calibration: { text, seqLen: 256 }, metric: 'loo-loss', unit: 'sublayer' },
      { ...running, onProgress: () => reports.push(cancelled) },
    );
    const next = lab.score({ calibration, masks: [[]] }, { ...waiting, onProgress: () => (started = true) });
    await later(400);
    cancelled = true;
    const asked = performance.now();
    await Promise.all([lab.cancel(running.job), lab.cancel(waiting.job)]);
    await expect(long).rejects.toEqual(fail('cancelled'));
    expect(performance.now() - asked).toBeLessThan(250);
    await expect(next).rejects.toEqual(fail('cancelled'));
    expect(Math.abs((await fullLoss()) - golden.loss)).toBeLessThan(2e-4);
    expect(started).toBe(false);
    expect(reports).not.toContain(true);
  });

  it('a lost device fails the running job with a remedy; the next one finds device and model anew', async () => {
    const text = readFileSync(`${DATA}/text/tinystories.txt`, 'utf8').slice(0, 30_000);
    const opened = devices.length;
    const long = lab.influence({ calibration: { text, seqLen: 256 }, metric: 'loo-loss', unit: 'sublayer' }, job());
    await later(300);
    devices.at(-1)!.destroy();
    await expect(long).rejects.toEqual(fail('device-lost'));
    const [report] = await lab.score({ calibration: { ids: golden.windows }, masks: [[]] }, job());
    expect(Math.abs(report!.loss / golden.loss - 1)).toBeLessThan(1e-4);
    expect(devices.length).toBe(opened + 1);
  });

  it('a device lost while text is written is named, what was written is there, and writing goes on with another', async () => {
    const request = { prompt: 'Once upon a time', maxTokens: 60, temperature: 0, seed: 1, masks: [[], drop('attn:2')] };
    const written: number[] = [];
    const onToken = ({ branch, id }: { branch: number; id: number }) => {
      if (branch === 0) written.push(id);
      if (written.length === 5) devices.at(-1)!.destroy();
    };
    await expect(lab.generate(request, { ...job(), onToken })).rejects.toEqual(fail('device-lost'));
    expect(written.length).toBeGreaterThanOrEqual(5);
    const { branches } = await lab.generate(request, job());
    expect(branches[0]!.ids.slice(0, written.length)).toEqual(written);
  });

  it('a device lost while a task is asked: the answers there are stay, and only the others are asked for again', async () => {
    const request = { task: 'school', limit: 12, masks: [[]] };
    const before: EvalItem[] = [];
    const onItem = (item: EvalItem) => {
      before.push(item);
      if (before.length === 3) devices.at(-1)!.destroy();
    };
    await expect(lab.evaluate(request, { ...job(), onItem })).rejects.toEqual(fail('device-lost'));
    const done: number[] = [];
    const { items } = await lab.evaluate(request, { ...job(), onProgress: (p) => done.push(p.done) });
    expect(done[0]).toBeGreaterThanOrEqual(3);
    expect(items).toHaveLength(12);
    for (const item of before) expect(items.find(({ index }) => index === item.index)).toEqual(item);
  });

  it('closed while it computes, it lets go of the device', async () => {
    const text = readFileSync(`${DATA}/text/tinystories.txt`, 'utf8').slice(0, 30_000);
    const running = job();
    const long = lab.influence({ calibration: { text, seqLen: 256 }, metric: 'loo-loss', unit: 'sublayer' }, running);
    await later(300);
    await Promise.all([expect(long).rejects.toEqual(fail('cancelled')), lab.cancel(running.job)]);
    await lab.close();
    expect(await devices.at(-1)!.lost).toMatchObject({ reason: 'destroyed' });
  });
});

describe.skipIf(!hasData)('jobs before a model', () => {
  it('are refused with what to do', async () => {
    const lab: Lab = testLab().lab;
    await expect(lab.score({ calibration: { ids: [[1, 2]] }, masks: [[]] }, job())).rejects.toEqual(
      fail('model-missing', 'No model'),
    );
    expect(await lab.memory()).toEqual({ weights: 0, activations: 0, cache: 0, peak: 0, budget: 0 });
  });

  it('what one takes is told in its turn, of the model that is open by then', async () => {
    const lab: Lab = testLab().lab;
    const opening = lab.open({ kind: 'folder', path: STORIES }, job());
    const cost = await lab.cost('score', { calibration: { ids: [[1, 2, 3]] }, masks: [[]] });
    expect(cost).toMatchObject({ passes: expect.closeTo(1), bytes: (await opening).weightBytes });
  });
});
