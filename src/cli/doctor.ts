import { LopperError } from '../errors';
import { absenceText, examinationText } from '../lab/files/examination-text';
import { toFailure } from '../lab/wire';
import { type Command, JOB, type Output, type Surroundings } from './command';
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
    const lopper = await version();
    const text = absenceText(lopper, failure, surroundings);
    return { json: { lopper, failure, surroundings }, text, failed: true };
  }
}

const NOTHING_COMPUTES: ReadonlySet<string> = new Set([
  'no-webgpu',
  'no-adapter',
  'adapter-untrusted',
  'shader-refused',
  'device-lost',
]);
