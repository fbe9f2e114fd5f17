import { LopperError } from '../errors';
import { adaptersHere, examinationText } from '../lab/files/examination-text';
import { toFailure } from '../lab/wire';
import { type Command, facts, JOB, type Output, type Surroundings } from './command';
import { modelRequest } from './model-request';

export const doctor: Command = {
  name: 'doctor',
  summary: 'what computes here, how quickly, and what is missing',
  usage: 'lopper doctor [MODEL] [--adapter N] [--json]',
  options: {},
  alone: { asked: () => true, run: tell },
  run: tell,
};

/** Where nothing computes, what is missing is all there is to say. */
async function tell({ lab, args, path, reporter, environment, version }: Surroundings): Promise<Output> {
  const [name] = args.positionals;
  const model = name === undefined ? undefined : modelRequest(name, path('.'), args);
  try {
    const found = await lab.examine({ model }, { job: JOB, onProgress: reporter.progress });
    const lopper = await version();
    return { json: { lopper, ...found }, text: examinationText(found, lopper) };
  } catch (error) {
    if (!(error instanceof LopperError) || !NOTHING_COMPUTES.has(error.code)) throw error;
    const surroundings = await environment.surroundings();
    const failure = toFailure(error);
    const text = facts([
      ['Lopper', `${await version()}, ${surroundings.runtime}`],
      ['adapter', `none that computes: ${failure.message}`],
      ...adaptersHere(surroundings),
      ...surroundings.advice.map(({ trouble, remedy }) => ['to do', `${trouble} ${remedy}`] as const),
      ['to do', failure.remedy],
    ]);
    return { json: { lopper: await version(), failure, surroundings }, text, failed: true };
  }
}

const NOTHING_COMPUTES: ReadonlySet<string> = new Set([
  'no-webgpu',
  'no-adapter',
  'adapter-untrusted',
  'shader-refused',
  'device-lost',
]);
