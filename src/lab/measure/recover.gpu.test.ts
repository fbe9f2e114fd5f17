import { beforeAll, describe, expect, it } from 'vitest';
import type { Sublayer } from '../../model/units';
import { sublayersOf } from '../../model/units';
import type { RecoveredUnit, RecoverReport, RecoverRequest } from '../contract';
import type { Lab } from '../jobs';
import { DATA, drop, hasData, job, readJson, testLab } from '../testing';

const MODELS = ['llama', 'mistral', 'qwen2', 'qwen3', 'gpt_neox', 'gpt2'].map((name) => `random/${name}`);
/** Bounds of ../shared/data/README.md. */
const LOSS = 1e-4;
const R2 = 1e-4;

type Json = readonly [number, 'attn' | 'ffn'] | readonly ['block', number];
const unitOf = ([a, b]: Json): RecoveredUnit =>
  a === 'block' ? { block: b as number, kind: 'block' } : { block: a, kind: b as 'attn' | 'ffn' };
const droppedOf = (units: readonly Json[]): Sublayer[] =>
  units.map(unitOf).flatMap(({ kind, block }) => sublayersOf(kind, block));

interface Closed {
  readonly unit: Json;
  readonly r2: Record<string, number>;
  readonly r2_unseen: Record<string, number>;
  readonly loss: Record<string, number[]>;
  readonly diagonal: { readonly r2: number; readonly r2_unseen: number; readonly loss: number[] };
  readonly scale: { readonly s: number; readonly loss: number[] };
  readonly rank8: { readonly bias: number[]; readonly frobenius_BA: number };
  readonly 'rank8_ridge_0.01': { readonly r2: number; readonly r2_unseen: number; readonly loss: number[] };
  readonly rank8_normed_weighted: { readonly r2: number; readonly r2_unseen: number; readonly loss: number[] };
  readonly rank8_weighted: { readonly r2: number; readonly r2_unseen: number; readonly loss: number[] };
}

type Orders<T> = Readonly<Record<'full' | 'sequential' | 'corrected', T>>;

/** Several units at once: what the oracle found for each way to stand in and each order of fitting. */
interface Several {
  readonly units: Json[];
  readonly loss_dropped: number[];
  readonly emulated: Orders<{
    readonly loss: number[];
    readonly mean_updates: Record<string, { norm: number; channel_mean: number; channel_std: number }>;
  }>;
  readonly diagonal: Orders<number[]>;
  readonly rank8: Orders<number[]>;
  readonly rank32: Orders<number[]>;
}

let lab: Lab;
beforeAll(() => {
  lab = testLab().lab;
});

/** Opens a model; fits as asked on the text that the oracle fitted on, and holds out the text that it held out. */
async function opened(name: string) {
  const g = readJson(`${DATA}/models/${name}/recovery.json`);
  await lab.open({ kind: 'folder', path: `${DATA}/models/${name}` }, job());
  const calibration = { ids: g.windows_calibration as number[][] };
  const held = { ids: g.windows_unseen as number[][] };
  const fitted = (units: readonly Json[], asked: Omit<RecoverRequest, 'calibration' | 'dropped'>) =>
    lab.recover({ calibration, heldOut: held, dropped: droppedOf(units), ...asked }, job());
  return { g, calibration, fitted };
}

const near = (got: readonly (number | undefined)[], want: readonly number[], most: number, what: string) => {
  expect(got).toHaveLength(want.length);
  for (const [i, value] of want.entries()) expect(Math.abs(got[i]! - value), `${what}, text ${i}`).toBeLessThan(most);
};
const nearVector = (got: ArrayLike<number>, want: readonly number[], part: number) => {
  const largest = Math.max(...want.map(Math.abs));
  for (const [i, value] of want.entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(part * largest);
};
const told = (report: RecoverReport) => report.units[0]!;

describe.skipIf(!hasData)('recovery, as the oracle has it', () => {
  it.each(['stories260K', ...MODELS])('%s: mean updates of every unit, and the losses with each', async (name) => {
    const { g, calibration } = await opened(name);
    const means = await lab.meanUpdates({ calibration }, job());
    expect(means.units.map(({ unit }) => unit)).toEqual(g.emulated.map((e: { unit: Json }) => unitOf(e.unit)));
    for (const [i, { channels, channelStd }] of means.units.entries()) {
      nearVector(channels, g.emulated[i].mean_update, 2e-5);
      expect(Math.abs(channelStd - g.emulated[i].channel_std)).toBeLessThan(1e-5 * g.emulated[i].channel_std);
    }
    for (const unit of ['sublayer', 'block'] as const) {
      const wanted = g.emulated.filter((e: { unit: Json }) => (e.unit[0] === 'block') === (unit === 'block'));
      const { units, fullLoss } = await lab.recoverEach({ calibration, unit, method: 'mean' }, job());
      expect(Math.abs(fullLoss - g.loss_full[0])).toBeLessThan(LOSS);
      expect(units).toHaveLength(wanted.length);
      for (const [i, want] of wanted.entries()) {
        const got = units[i]!;
        expect(got.unit).toEqual(unitOf(want.unit));
        expect(Math.abs(got.norm - want.norm)).toBeLessThan(2e-5 * want.norm);
        expect(Math.abs(got.channelMean - want.channel_mean)).toBeLessThan(1e-5 * want.channel_std);
        expect(Math.abs(got.channelStd - want.channel_std)).toBeLessThan(1e-5 * want.channel_std);
        expect(Math.abs(got.lossDropped - want.loss_dropped[0])).toBeLessThan(LOSS);
        expect(Math.abs(got.lossRecovered - want.loss_emulated[0])).toBeLessThan(LOSS);
      }
      const asked = { calibration, unit, metric: 'loo-recovered' } as const;
      const influence = await lab.influence(asked, job());
      expect(influence.fullLoss).toBe(fullLoss);
      expect(influence.values).toEqual(units.map(({ lossRecovered }) => lossRecovered));
    }
    const [without] = g.emulated;
    const skipped = await lab.recoverEach({ calibration, unit: 'sublayer', method: 'mean', skipFirst: 1 }, job());
    expect(Math.abs(skipped.units[0]!.norm - without.skip_first.norm)).toBeLessThan(2e-5 * without.norm);
    expect(Math.abs(skipped.units[0]!.lossRecovered - without.skip_first.loss[0])).toBeLessThan(LOSS);
  });

  it.each(['random/llama', 'random/gpt_neox', 'random/gpt2'])(
    '%s: a map merged into the layer below a block',
    async (name) => {
      const { g, fitted } = await opened(name);
      for (const { run, below, no_intercept } of g.merged) {
        const report = await fitted(run, { method: 'merged' });
        near(report.loss.recovered, no_intercept.loss, LOSS, `${run}`);
        expect(report.modules.map(({ unit }) => unit)).toEqual([unitOf(below)]);
      }
    },
  );

  it.each([['stories260K', 7], ...MODELS.map((name) => [name, 4] as const)] as const)(
    '%s: closed forms of single units',
    async (name, step) => {
      const { g, fitted } = await opened(name);
      const closed = (g.closed_form as Closed[]).filter((_, i) => i % step === 1);
      for (const want of closed) {
        const name = want.unit.join();
        const ranks = Object.keys(want.r2).map(Number);
        for (const rank of [1, 8, ranks.at(-1)!]) {
          const report = await fitted([want.unit], { method: 'linear', rank });
          near(report.loss.recovered, want.loss[rank]!, LOSS, `${name} rank ${rank}`);
          if (rank !== 8) continue;
          for (const [k, calibration, held] of told(report).r2ByRank!) {
            near([calibration, held], [want.r2[k]!, want.r2_unseen[k]!], R2, `${name} R2 of rank ${k}`);
          }
          const { bias, map } = report.modules[0]!.module;
          nearVector(bias, want.rank8.bias, 2e-4);
          let square = 0; // of B A
          for (let i = 0; i < bias.length; i++) {
            for (let j = 0; j < bias.length; j++) {
              let sum = 0;
              for (let k = 0; k < 8; k++) sum += map!.b[i * 8 + k]! * map!.a[k * bias.length + j]!;
              square += sum * sum;
            }
          }
          expect(Math.abs(Math.sqrt(square) / want.rank8.frobenius_BA - 1)).toBeLessThan(2e-4);
        }
        for (const [asked, golden] of [
          [{ method: 'linear', ridge: 0.01 }, want['rank8_ridge_0.01']],
          [{ method: 'linear', weighted: true }, want.rank8_weighted],
          [{ method: 'linear', normed: true, weighted: true }, want.rank8_normed_weighted],
          [{ method: 'diagonal' }, want.diagonal],
        ] as const) {
          const report = await fitted([want.unit], asked);
          near(told(report).r2, [golden.r2, golden.r2_unseen], R2, `${name} ${JSON.stringify(asked)}`);
          near(report.loss.recovered, golden.loss, LOSS, `${name} ${JSON.stringify(asked)}`);
        }
        const { modules, loss } = await fitted([want.unit], { method: 'scale' });
        nearVector(modules[0]!.module.diagonal!, [want.scale.s - 1], 1e-4);
        near(loss.recovered, want.scale.loss, LOSS, `${name} scale`);
      }
    },
  );

  it.each(['stories260K', ...MODELS])('%s: several units at once, fitted in each of the three ways', async (name) => {
    const { g, fitted } = await opened(name);
    // Every set takes a minute of a software adapter: every second one will do, and what differs least in one order.
    for (const want of (g.several as Several[]).filter((_, i) => i % 2 === 1)) {
      const recovered = async (
        order: keyof Orders<0>,
        asked: Pick<RecoverRequest, 'method' | 'rank'>,
        loss: number[],
      ) => {
        const report = await fitted(want.units, { ...asked, fit: order, splitBlocks: isSplit(want.units) });
        const what = `${want.units.join(' ')} ${asked.method} ${asked.rank ?? ''} ${order}`;
        near(report.loss.pruned, want.loss_dropped, LOSS, what);
        near(report.loss.recovered, loss, LOSS, what);
        return report.units;
      };
      for (const order of ['full', 'sequential', 'corrected'] as const) {
        await recovered(order, { method: 'linear', rank: 8 }, want.rank8[order]);
        const { loss, mean_updates } = want.emulated[order];
        for (const { unit, norm, channelMean, channelStd } of await recovered(order, { method: 'mean' }, loss)) {
          const own = mean_updates[unit.kind === 'block' ? `block:${unit.block}` : `${unit.block}:${unit.kind}`]!;
          expect(Math.abs(norm - own.norm), order).toBeLessThan(2e-5 * own.norm);
          expect(Math.abs(channelMean - own.channel_mean), order).toBeLessThan(1e-5 * own.channel_std);
          expect(Math.abs(channelStd - own.channel_std), order).toBeLessThan(1e-5 * own.channel_std);
        }
      }
      if (name === 'stories260K') continue;
      await recovered('sequential', { method: 'diagonal' }, want.diagonal.sequential);
      await recovered('sequential', { method: 'linear', rank: 32 }, want.rank32.sequential);
    }
  });
});

/** The oracle names the two sublayers of a block each. */
const isSplit = (units: readonly Json[]): boolean => units.every(([a]) => a !== 'block');

describe.skipIf(!hasData)('a recovery', () => {
  it('is refused with a named error where it cannot be, and the next one is right', async () => {
    const { fitted, calibration } = await opened('random/llama');
    const fail = (code: string, part: string) =>
      expect.objectContaining({ code, message: expect.stringContaining(part) });
    const one: Json[] = [[1, 'ffn']];
    await expect(fitted(one, { method: 'linear', rank: 49 })).rejects.toEqual(fail('usage', 'rank 49'));
    await expect(fitted(one, { method: 'linear', rank: 0 })).rejects.toEqual(fail('usage', 'rank 0'));
    await expect(fitted([], { method: 'mean' })).rejects.toEqual(fail('usage', 'Nothing is dropped'));
    await expect(fitted(one, { method: 'mean', strength: Number.NaN })).rejects.toEqual(fail('usage', 'NaN'));
    await expect(fitted(one, { method: 'linear', ridge: -1 })).rejects.toEqual(fail('usage', '-1'));
    const single = { ids: [calibration.ids[0]!] };
    const asked = { calibration: single, heldOut: 0.25, dropped: drop('ffn:1'), method: 'mean' } as const;
    await expect(lab.recover(asked, job())).rejects.toEqual(fail('usage', '1 window'));
    expect((await fitted(one, { method: 'mean' })).modules).toHaveLength(1);
  });

  it('of a share of the windows is fitted on the others, and says when the text is short', async () => {
    const { calibration } = await opened('random/llama');
    const asked = { calibration, heldOut: 0.5, dropped: drop('attn:0'), method: 'linear' } as const;
    const { tokens, notes } = await lab.recover(asked, job());
    expect(tokens).toEqual([60, 60]);
    expect(notes).toEqual([expect.stringMatching(/48 channels is fitted on 60 tokens; with 960 and more/)]);
  });

  it('that is worse than plain removal on text it was not fitted on says so', async () => {
    const { fitted } = await opened('random/llama');
    const { loss, notes } = await fitted([[0, 'attn']], { method: 'mean' });
    expect(loss.recovered[0]).toBeLessThan(loss.pruned[0]);
    expect(loss.recovered[1]).toBeGreaterThan(loss.pruned[1]!);
    expect(notes).toEqual([
      expect.stringMatching(/worse than plain removal: the loss is 5.089 with it and 5.085 without/),
    ]);
  });

  it('goes on in scores, answers nothing where it does not belong', async () => {
    const { calibration, fitted } = await opened('random/llama');
    const { dropped, modules, loss } = await fitted([['block', 1]], { method: 'mean' });
    const masks = [dropped, { dropped, modules }];
    const [pruned, recovered] = await lab.score({ calibration, masks }, job());
    expect([pruned!.loss, recovered!.loss]).toEqual([loss.pruned[0], loss.recovered[0]]);
    const elsewhere = { dropped: drop('attn:1'), modules };
    await expect(lab.score({ calibration, masks: [elsewhere] }, job())).rejects.toMatchObject({
      code: 'mask-mismatch',
    });
  });

  it('stands from the first point of a curve on, and where influence is measured', async () => {
    const { calibration, fitted } = await opened('random/llama');
    const { loss, modules } = await fitted([[1, 'attn']], { method: 'mean' });
    const from = { dropped: drop('attn:1'), modules };
    const score = async (dropped: Sublayer[]) =>
      (await lab.score({ calibration, masks: [{ dropped, modules }] }, job()))[0]!.loss;
    const asked = { calibration, strategy: 'given', unit: 'sublayer', order: [drop('ffn:2')] } as const;
    const curve = await lab.curve({ ...asked, start: from.dropped, standing: modules }, job());
    const without = await score(drop('attn:1,ffn:2'));
    expect(curve.points.map((p) => p.loss)).toEqual([loss.recovered[0], without]);
    const plain = lab.curve({ ...asked, start: from.dropped, resume: curve }, job());
    await expect(plain).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('starts with') });
    const both = lab.curve({ ...asked, start: from.dropped, standing: modules, recover: { method: 'mean' } }, job());
    await expect(both).rejects.toMatchObject({ code: 'usage' });

    const influence = await lab.influence({ calibration, metric: 'loo-loss', unit: 'sublayer', from }, job());
    expect(influence).toMatchObject({ fullLoss: loss.recovered[0], standing: curve.standing });
    // attn:1 is gone already, and nothing more is lost without it; ffn:2 is the sixth.
    expect([influence.values[2], influence.values[5]]).toEqual([loss.recovered[0], without]);
  });

  it('of every point of a curve is that of all that is dropped there, and goes on only with itself', async () => {
    const { g, calibration } = await opened('random/llama');
    const order = [drop('attn:1'), drop('ffn:1')];
    const asked = { calibration, strategy: 'given', unit: 'sublayer', order } as const;
    const wanted = (key: 'emulated' | 'closed_form', unit: Json) =>
      g[key].find((e: { unit: Json }) => e.unit.join() === unit.join());
    const mean = await lab.curve({ ...asked, recover: { method: 'mean' } }, job());
    const linear = await lab.curve({ ...asked, recover: { method: 'linear', rank: 8 } }, job());
    for (const [i, unit] of (
      [
        [1, 'attn'],
        ['block', 1],
      ] as const
    ).entries()) {
      expect(mean.points[i + 1]!.loss).toBeCloseTo(wanted('emulated', unit).loss_dropped[0], 4);
      expect(mean.points[i + 1]!.recovered).toBeCloseTo(wanted('emulated', unit).loss_emulated[0], 4);
      expect(linear.points[i + 1]!.recovered).toBeCloseTo(wanted('closed_form', unit).loss['8'][0], 4);
    }
    expect(mean.points[0]!.recovered).toBe(mean.points[0]!.loss);
    const other = lab.curve({ ...asked, recover: { method: 'linear', rank: 8 }, resume: mean }, job());
    await expect(other).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('method of recovery'),
    });
    const random = lab.curve({ calibration, strategy: 'random', unit: 'attn', recover: { method: 'mean' } }, job());
    await expect(random).rejects.toMatchObject({ code: 'usage' });
  });
});
