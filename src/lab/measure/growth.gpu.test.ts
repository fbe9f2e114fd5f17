import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseRevisions } from '../../formats/revisions';
import { startHub } from '../../formats/testing-hub';
import type { Checkpoint, GrowthPoint } from '../contract';
import { DATA, hasData, job, STORIES, testLab } from '../testing';

const { lab } = testLab();
afterAll(() => lab.close());

const at = (name: string, path: string, step?: number): Checkpoint => ({
  name,
  step,
  request: { kind: 'folder', path },
});
const TRAINED = at('step900', STORIES, 900);
const UNTRAINED = at('step0', `${DATA}/models/random/llama`, 0);
const calibration = { ids: [Array.from({ length: 24 }, (_, i) => 3 + ((i * 37) % 120))] };

describe.skipIf(!hasData)('influence during training', () => {
  it('is at each checkpoint what the model by itself gives, and the open model stays', async () => {
    await lab.open({ kind: 'folder', path: STORIES }, job());
    const before = await lab.memory();
    const seen: GrowthPoint[] = [];
    const report = await lab.growth(
      { calibration, series: 'test', checkpoints: [UNTRAINED, TRAINED], metric: 'cosine' },
      { ...job(), onPoint: (point) => seen.push(point) },
    );
    expect(report.points.map((p) => [p.name, p.step, p.block.length])).toEqual([
      ['step0', 0, 4],
      ['step900', 900, 5],
    ]);
    expect(report.partial).toBe(false);
    expect(seen).toEqual(report.points);
    const [, trained] = report.points;
    for (const unit of ['block', 'attn', 'ffn'] as const) {
      expect(trained![unit]).toEqual((await lab.influence({ calibration, metric: 'cosine', unit }, job())).values);
    }
    expect(trained!.loss).toBe((await lab.score({ calibration, masks: [[]] }, job()))[0]!.loss);
    expect((await lab.memory()).weights).toBe(before.weights);
  });

  it('told by leave-one-out is the loss that each absence adds', async () => {
    const { points } = await lab.growth(
      { calibration, series: 'test', checkpoints: [TRAINED], metric: 'loo-loss' },
      job(),
    );
    const { values, fullLoss } = await lab.influence({ calibration, metric: 'loo-loss', unit: 'block' }, job());
    expect(points[0]!.block).toEqual(values.map((v) => v - fullLoss!));
  });

  it('goes past a checkpoint that cannot be had, and says why', async () => {
    const gone = at('step5', `${DATA}/models/nowhere`, 5);
    const report = await lab.growth(
      { calibration, series: 'test', checkpoints: [gone, TRAINED], metric: 'cosine' },
      job(),
    );
    expect(report.points.map((p) => p.name)).toEqual(['step900']);
    expect(report.failures).toEqual([{ name: 'step5', message: expect.stringContaining('nowhere does not exist') }]);
    await expect(
      lab.growth({ calibration, series: 'test', checkpoints: [gone], metric: 'cosine' }, job()),
    ).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('goes on from a partial report without opening again what is in it', async () => {
    const whole = await lab.growth(
      { calibration, series: 'test', checkpoints: [UNTRAINED, TRAINED], metric: 'cosine' },
      job(),
    );
    const part = { ...whole, points: whole.points.slice(0, 1), partial: true };
    const gone = { ...UNTRAINED, request: { kind: 'folder', path: 'nowhere' } as const };
    const resumed = await lab.growth(
      { calibration, series: 'test', checkpoints: [gone, TRAINED], metric: 'cosine', resume: part },
      job(),
    );
    expect(resumed).toEqual(whole);
  });

  it('does not go on from what was measured on another text, or on other windows of it', async () => {
    const asked = { series: 'test', checkpoints: [TRAINED], metric: 'cosine' } as const;
    const report = await lab.growth({ ...asked, calibration: { text: 'Once upon a time', seqLen: 8 } }, job());
    const run = lab.growth({ calibration: { text: 'Once upon a time', seqLen: 6 }, ...asked, resume: report }, job());
    await expect(run).rejects.toMatchObject({ code: 'result-mismatch' });
  });

  it('downloads the revisions of a hub model one after another, and keeps none', async () => {
    const files = ['config.json', 'tokenizer.json', 'model.safetensors'];
    const served = ['step1', 'step2'].flatMap((revision) =>
      files.map((file) => [`/a/b/resolve/${revision}/${file}`, { body: readFileSync(`${STORIES}/${file}`) }] as const),
    );
    const hub = await startHub(Object.fromEntries(served));
    const checkpoints = parseRevisions('step1,step2').map((revision): Checkpoint => {
      const from = { kind: 'hub', repo: 'a/b', host: hub.host, revision: revision.name, passing: true } as const;
      return { ...revision, request: from };
    });
    const asked = () => hub.asked.splice(0).map(({ path }) => path.split('/')[4]);
    const eachTime: Set<string | undefined>[] = [];
    const measure = () =>
      lab.growth(
        { calibration, series: 'a/b', checkpoints, metric: 'cosine' },
        { ...job(), onPoint: () => eachTime.push(new Set(asked())) },
      );
    const { points } = await measure();
    expect(eachTime).toEqual([new Set(['step1']), new Set(['step2'])]);
    const { values } = await lab.influence({ calibration, metric: 'cosine', unit: 'block' }, job());
    expect(points.map((p) => [p.step, p.block])).toEqual([
      [1, values],
      [2, values],
    ]);
    await measure();
    expect(eachTime.slice(2)).toEqual(eachTime.slice(0, 2));
    await hub.stop();
  });

  it('can be cancelled between two checkpoints, with what was reached in hand', async () => {
    const options = job();
    const reached: string[] = [];
    const run = lab.growth(
      { calibration, series: 'test', checkpoints: [UNTRAINED, TRAINED], metric: 'cosine' },
      {
        ...options,
        onPoint(point) {
          reached.push(point.name);
          void lab.cancel(options.job);
        },
      },
    );
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(reached).toEqual(['step0']);
    expect((await lab.influence({ calibration, metric: 'cosine', unit: 'block' }, job())).values).toHaveLength(5);
  });

  it('needs a checkpoint', async () => {
    await expect(
      lab.growth({ calibration, series: 'test', checkpoints: [], metric: 'cosine' }, job()),
    ).rejects.toMatchObject({
      code: 'usage',
    });
  });
});
