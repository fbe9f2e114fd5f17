/** A device that is lost in the middle of every kind of job, which is said by name; then the same job is done anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LopperError } from '../../src/errors';
import type { JobOptions } from '../../src/lab/contract';
import { JOBS } from '../../src/lab/jobs';
import { testLab } from '../../src/lab/testing';
import type { Row } from './table';

/** Pauses before the device goes: at once, and well into the job. */
const PAUSES_MS = [0, 20, 120];

export async function weatherOfDevices(root: string): Promise<Row[]> {
  const { lab, devices } = testLab(root);
  const text = readFileSync(join(root, 'public/calibration/sapling.txt'), 'utf8').slice(0, 4000);
  // Another text each time: what was measured on one is not measured again.
  let asked = 0;
  const on = () => ({ calibration: { text: text.slice(++asked), seqLen: 64 } });
  const attention = [{ block: 2, kind: 'attn' as const }];
  let names = 0;
  const named = (): JobOptions => ({ job: `weather ${++names}` });
  const free = [2, 3, 4, 5].map((block) => ({ block, kind: 'attn' as const }));
  const checkpoints = [{ name: 'step 0', request: { kind: 'bundled' as const } }];
  const jobs: Readonly<Record<string, (options: JobOptions) => Promise<unknown>>> = {
    score: (o) => lab.score({ ...on(), masks: [[], attention] }, o),
    influence: (o) => lab.influence({ ...on(), metric: 'loo-loss', unit: 'block' }, o),
    'influence by the gradient': (o) => lab.influence({ ...on(), metric: 'gradient', unit: 'block' }, o),
    norms: (o) => lab.norms(on(), o),
    tokenInfluence: (o) => lab.tokenInfluence({ text: text.slice(0, 300), metric: 'cosine' }, o),
    curve: (o) => lab.curve({ ...on(), strategy: 'one-shot', metric: 'cosine', unit: 'block' }, o),
    growth: (o) => lab.growth({ ...on(), series: 'weather', checkpoints, metric: 'cosine' }, o),
    generate: (o) =>
      lab.generate({ prompt: 'Once upon', maxTokens: 40, temperature: 0, seed: 1, masks: [[], attention] }, o),
    recover: (o) => lab.recover({ ...on(), method: 'mean', dropped: attention }, o),
    recoverEach: (o) => lab.recoverEach({ ...on(), method: 'mean', unit: 'attn' }, o),
    recoverStrengths: (o) => lab.recoverStrengths({ ...on(), dropped: attention, modules: [], strengths: [0, 1] }, o),
    train: (o) => lab.train({ ...on(), method: 'bias', dropped: attention, steps: 4 }, o),
    evaluate: (o) => lab.evaluate({ task: 'school', limit: 20, masks: [[], attention] }, o),
    meanUpdates: (o) => lab.meanUpdates(on(), o),
    plan: (o) => lab.plan({ ...on(), budgets: [{ of: 'params', by: 0.05 }], unit: 'attn', free }, o),
    examine: (o) => lab.examine({}, o),
    scorePublished: async (o) => {
      await lab.open({ kind: 'bundled', precision: 'q8' }, named());
      await lab.scorePublished(on(), o);
    },
  };
  const open = (o: JobOptions) => lab.open({ kind: 'bundled' }, o);
  const untried = Object.keys(JOBS).filter((name) => !(name in jobs));
  const rows: Row[] = untried.map((name) => ({ what: `a device lost in ${name}`, ended: '', faults: ['not tried'] }));
  await open(named());
  for (const [name, run] of Object.entries({ ...jobs, 'opening a model': open })) {
    const faults: string[] = [];
    let lost = 0;
    for (const pause of PAUSES_MS) {
      const running = run(named());
      setTimeout(() => devices.at(-1)?.destroy(), pause);
      const error = await running.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error instanceof LopperError && error.code === 'device-lost') lost++;
      else if (error) faults.push(`after ${pause} ms: ${String((error as Error).stack ?? error).slice(0, 300)}`);
      // It may have ended before: then it is what comes next that finds the device gone.
      await new Promise((resolve) => setTimeout(resolve, pause));
      await run(named()).catch((again: unknown) => {
        faults.push(`it does not go on: ${String((again as Error).stack ?? again).slice(0, 300)}`);
      });
    }
    rows.push({
      what: `a device lost in ${name}, ${PAUSES_MS.length} times`,
      ended: `${lost} told as lost, the others had ended or found another; each done again afterwards`,
      faults,
    });
  }
  await lab.close();
  return rows;
}
