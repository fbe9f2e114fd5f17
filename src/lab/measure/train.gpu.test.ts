import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainEvents, TrainReport, TrainRequest } from '../contract';
import { DATA, drop, hasData, job, readJson, testLab } from '../testing';

const MODEL = `${DATA}/models/random/llama`;

let lab: ReturnType<typeof testLab>['lab'];
let devices: GPUDevice[];
let windows: number[][];
let held: number[][];
beforeAll(async () => {
  if (!hasData) return;
  ({ lab, devices } = testLab());
  const g = readJson(`${MODEL}/recovery.json`);
  windows = (g.windows_calibration as number[][]).flatMap((ids) => [ids.slice(0, 24), ids.slice(24, 48)]);
  held = (g.windows_unseen as number[][]).map((ids) => ids.slice(0, 24));
  await lab.open({ kind: 'folder', path: MODEL }, job());
});

const ask = (request: Partial<TrainRequest>, events: TrainEvents = {}): Promise<TrainReport> =>
  lab.train(
    {
      ...{ calibration: { ids: windows }, dropped: drop('ffn:1,attn:2'), method: 'distill', rank: 4 },
      ...{ steps: 6, batch: 2, schedule: 'constant', start: 'zero', ...request },
    },
    { ...job(), ...events },
  );

/** What a run came to, but for how long it was to be. */
const numbersOf = ({ run, modules }: TrainReport) => ({ losses: run.losses, state: run.state, modules });

describe.skipIf(!hasData)('training what stands in for dropped layers', () => {
  it('lowers the loss, tells of each step, and keeps the modules that do best on text that is held out', async () => {
    const told: (readonly number[])[] = [];
    const onStep: TrainEvents['onStep'] = ({ losses, heldLosses }) =>
      void told.push([losses.length, heldLosses.length]);
    const report = await ask({ heldOut: { ids: held }, lr: 0.02, batch: 'all', steps: 8 }, { onStep });
    expect(told).toEqual(Array.from({ length: 9 }, (_, i) => [i + 1, i + 1]));
    const { losses, heldLosses, best } = report.run;
    expect(losses).toHaveLength(9);
    expect(losses[8]).toBeLessThan(losses[0]!);
    expect(heldLosses[best.step]).toBe(Math.min(...heldLosses));
    expect(report.modules).toEqual(best.modules);
    expect(report.loss.recovered).toHaveLength(2);
    expect(report.notes.join()).toContain('fitted on 96 tokens; with 960');
  });

  it('goes on from where it was cut to the same numbers, to the bit', async () => {
    const whole = await ask({});
    const half = await ask({ steps: 3 });
    expect(half.run.losses).toEqual(whole.run.losses.slice(0, 4));
    const rest = await ask({ resume: half.run });
    expect(numbersOf(rest)).toEqual(numbersOf(whole));
  });

  it('goes on from the last step where the device is lost', async () => {
    // Towards the stream: the new device has the fewest kernels to compile.
    const whole = await ask({ method: 'mse' });
    const steps: number[] = [];
    const onStep: TrainEvents['onStep'] = ({ step }) => {
      steps.push(step);
      if (steps.length === 3) devices.at(-1)!.destroy();
    };
    expect(numbersOf(await ask({ method: 'mse' }, { onStep }))).toEqual(numbersOf(whole));
    expect(steps.slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  it('stops a run that leads nowhere, keeps the best before and says so', async () => {
    const report = await ask({ method: 'mse', lr: 30, batch: 'all', steps: 30 });
    expect(report.ended).toBe('diverged');
    expect(report.notes[0]).toMatch(/^After \d+ steps the loss was .* training was stopped, and the best before it/);
    const { losses, best } = report.run;
    expect(losses.length).toBeLessThan(31);
    expect(losses[best.step]).toBe(Math.min(...losses));
    expect(Number.isFinite(report.loss.recovered[0])).toBe(true);
  });

  it('by MSE comes to what the closed form comes to', async () => {
    const text = { calibration: { ids: windows }, dropped: drop('ffn:1') };
    const closed = await lab.recover({ ...text, method: 'linear', rank: 3 }, job());
    const error = async (init: TrainReport['modules'], steps: number, lr: number) =>
      (
        await ask({
          ...text,
          method: 'mse',
          fit: 'full',
          rank: undefined,
          start: undefined,
          init,
          steps,
          lr,
          batch: 'all',
          schedule: 'cosine',
        })
      ).run;
    // The closed form is where every step leads back to.
    const still = (await error(closed.modules, 3, 1e-5)).losses;
    expect(Math.abs(still[3]! / still[0]! - 1)).toBeLessThan(1e-3);
    const far = await ask({ ...text, method: 'mse', rank: 3, steps: 100, lr: 0.04, batch: 'all', schedule: 'cosine' });
    const [first, last] = [far.run.losses[0]!, far.run.losses.at(-1)!];
    expect(last / still[0]!).toBeGreaterThan(0.999);
    expect((last - still[0]!) / (first - still[0]!)).toBeLessThan(0.02);
  });

  it.each<[string, Partial<TrainRequest>, string, RegExp]>([
    ['a rank above the width', { rank: 49 }, 'usage', /rank 49.*1 to 48/],
    ['a rank below 1', { rank: 0 }, 'usage', /rank 0/],
    ['no text left to hold out', { heldOut: 0.01 }, 'usage', /leaves none to hold out/],
    ['no steps', { steps: 0 }, 'usage', /0 steps/],
    ['a learning rate of nothing', { lr: 0 }, 'usage', /learning rate of 0/],
    ['streams for what has none', { fit: 'full' }, 'usage', /streams "full"/],
    ['nothing dropped', { dropped: [] }, 'usage', /Nothing is dropped/],
  ])('refuses %s by name', async (_, request, code, message) => {
    const failure = await ask(request).catch((error) => error);
    expect(failure.code).toBe(code);
    expect(`${failure.message} ${failure.remedy}`).toMatch(message);
  });

  it('refuses modules of another mask, and a run that was begun otherwise', async () => {
    const { modules, run } = await ask({ steps: 1 });
    const other = { dropped: drop('ffn:3'), start: undefined, rank: undefined };
    await expect(ask({ ...other, init: modules })).rejects.toMatchObject({ code: 'mask-mismatch' });
    await expect(ask({ resume: run, lr: 0.5 })).rejects.toMatchObject({
      code: 'result-mismatch',
      message: 'The run to go on from has the learning rate 0.001, and 0.5 is asked for.',
    });
  });
});
