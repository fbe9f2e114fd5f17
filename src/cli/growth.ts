import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LopperError } from '../errors';
import { byStep, parseRevisions, publicSteps, stepOf } from '../formats/revisions';
import type { Checkpoint, GrowthReport, GrowthRequest, HowOpened } from '../lab/contract';
import { BUNDLED_SERIES, growthFile, readGrowthFile, seriesAt } from '../lab/files/growth-file';
import type { Lab } from '../lab/jobs';
import { isPlain, METRIC_NAMES } from '../pruning/metrics';
import { definedOf, oneOf, usage, wholeNumber } from './arguments';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import {
  CALIBRATION_OPTIONS,
  type Command,
  JOB,
  type Output,
  PART_OPTION,
  type Surroundings,
  table,
  type Whole,
} from './command';
import { untilEnded } from './interrupt';
import { howOpened, modelRequest } from './model-request';
import { readPart, tellReport } from './part';

const whole: Whole<'growth'> = {
  job: 'growth',
  tell: (report, { text, madeBy }) => ({ json: growthFile(report, { text, madeBy }), text: asTable(report) }),
};

export const growth: Command = {
  whole,
  name: 'growth',
  summary: 'influence at one checkpoint of training after another',
  usage:
    'lopper growth MODEL [--revisions LIST | --folder DIR] [--ids FILE | --text FILE --seq-len N] --metric NAME [--task NAME] [--json]',
  options: {
    ...CALIBRATION_OPTIONS,
    revisions: {
      value: 'LIST',
      help: 'names: step0,step1000,main; of Pythia and Sapling also a range: step0..step143000, or 12 of it: step0..step143000:12',
    },
    folder: { value: 'DIR', help: 'a folder of checkpoint folders' },
    metric: { value: 'NAME', help: METRIC_NAMES.filter(isPlain).join(', ') },
    task: { value: 'NAME', help: 'accuracy of each checkpoint on this task besides' },
    limit: { value: 'N', help: 'only the first N items (of --task or --calibration-task)' },
    'item-seed': { value: 'S', help: 'with --limit: a random N, the same for everyone with that seed (of --task)' },
    resume: { value: 'FILE', help: 'go on from the JSON of a run that was ended early, or to more checkpoints' },
    ...PART_OPTION,
  },
  check(args) {
    oneOf(args, 'metric', METRIC_NAMES.filter(isPlain));
    checkCalibration(args, false);
    readPart(args);
    if (args.values.has('data') && !args.values.has('calibration-task')) {
      throw usage('--data is given without --calibration-task.', 'Name the benchmark whose items they are.');
    }
    wholeNumber(args, 'limit', 1, undefined);
    if (args.values.has('revisions') && args.values.has('folder')) {
      throw usage('--revisions and --folder are both given.', 'Give one of them.');
    }
    if (args.positionals.length === 0 && !args.values.has('folder')) throw noModel();
  },
  // It opens its models itself, one after the other.
  alone: { asked: () => true, run: measure },
  run: measure,
};

const noModel = () => usage('No model is given.', 'Name a model and its --revisions, or give --folder DIR.');

async function measure(surroundings: Surroundings): Promise<Output> {
  const { args, reporter, lab } = surroundings;
  const metric = oneOf(args, 'metric', METRIC_NAMES.filter(isPlain));
  const task = args.values.get('task');
  const request: GrowthRequest = {
    ...opened(await seriesOf(surroundings, lab), howOpened(args)),
    metric,
    ...(task && {
      task: {
        ...{ task, limit: wholeNumber(args, 'limit', 1, undefined) },
        ...definedOf({ seed: wholeNumber(args, 'item-seed', 0, undefined) }),
      },
    }),
    resume: await readResume(surroundings),
    part: readPart(args),
  };
  const calibration = await readCalibration(surroundings);
  const report = await untilEnded<GrowthReport>({ lab, reporter }, 'these are the checkpoints so far', (tell) =>
    lab.growth(
      { ...request, calibration },
      {
        job: JOB,
        onProgress: reporter.progress,
        onPoint: (_, soFar) => tell(soFar),
      },
    ),
  );
  for (const { name, message } of report.failures) reporter.note(`${name}: ${message}`);
  const text = await calibrationSource(surroundings);
  return tellReport(surroundings, whole, { ...request, calibration }, report, {
    ...text,
    source: text.source || 'bundled text',
  });
}

interface Series {
  readonly series: string;
  readonly checkpoints: readonly Checkpoint[];
}

/** Every checkpoint as the command line says that models are opened; the series is called by what its weights are made of. */
function opened({ series, checkpoints }: Series, how: HowOpened): Series {
  const { precision } = how;
  return {
    series: seriesAt(series, precision === 'published' ? undefined : precision),
    checkpoints: checkpoints.map((checkpoint) => ({ ...checkpoint, request: { ...checkpoint.request, ...how } })),
  };
}

async function seriesOf({ args, path }: Surroundings, lab: Lab): Promise<Series> {
  const [revisions, folder] = [args.values.get('revisions'), args.values.get('folder')];
  if (folder !== undefined) return { series: basename(path(folder)), checkpoints: await foldersIn(path(folder)) };
  const [name] = args.positionals;
  if (name === undefined) throw noModel();
  const request = modelRequest(name, path('.'), args);
  if (request.kind === 'hub' && revisions !== undefined) {
    const checkpoints = parseRevisions(revisions, publicSteps(request.repo)).map(({ name, step }) => ({
      name,
      step,
      request: { ...request, revision: name, passing: true },
    }));
    return { series: request.repo, checkpoints };
  }
  if (request.kind !== 'bundled') {
    throw usage(
      'No checkpoints are named.',
      'Add --revisions LIST for a model of the hub, or --folder DIR with a folder for each checkpoint.',
    );
  }
  const bundled = await lab.bundledCheckpoints();
  if (revisions === undefined) return { series: BUNDLED_SERIES, checkpoints: bundled };
  const steps = bundled.flatMap((c) => c.step ?? []);
  const checkpoints = parseRevisions(revisions, steps).map(({ name }) => {
    const found = bundled.find((c) => c.name === name);
    if (found) return found;
    throw usage(`Sapling has no checkpoint "${name}".`, `There are ${bundled.map((c) => c.name).join(', ')}.`);
  });
  return { series: BUNDLED_SERIES, checkpoints };
}

/** Every folder with a config.json in `path`, by the number in its name. */
async function foldersIn(path: string): Promise<Checkpoint[]> {
  const names = await readdir(path).catch((cause) => {
    throw new LopperError('file-missing', `${path} cannot be read (${cause.code}).`, 'Check the path.', { cause });
  });
  const isModel = (name: string) =>
    stat(join(path, name, 'config.json')).then(
      (found) => found.isFile(),
      () => false,
    );
  const flags = await Promise.all(names.map(isModel));
  const found = names.filter((_, i) => flags[i]).map((name) => ({ name, step: stepOf(name) }));
  if (found.length === 0) {
    throw new LopperError(
      'file-missing',
      `No folder in ${path} has a config.json.`,
      'Give a folder that holds a folder in Hugging Face layout for each checkpoint.',
    );
  }
  return found.sort(byStep).map((r) => ({ ...r, request: { kind: 'folder', path: join(path, r.name) } }));
}

async function readResume({ args, readText }: Surroundings): Promise<GrowthReport | undefined> {
  const path = args.values.get('resume');
  return path === undefined ? undefined : readGrowthFile(await readText(path), path);
}

function asTable({ series, points, task, partial }: GrowthReport): string {
  const blocks = points[0]!.block.map((_, b) => `block ${b}`);
  const head = ['checkpoint', 'loss', ...(task ? [task.task] : []), ...blocks];
  const rows = points.map((p) => [
    p.name,
    p.loss.toFixed(4),
    ...(task ? [p.accuracy ? `${(100 * p.accuracy.accuracy).toFixed(1)}%` : '-'] : []),
    ...p.block.map((v) => v.toFixed(4)),
  ]);
  return [`${series}\n`, table([head, ...rows]), ...(partial ? ['\nEnded early.'] : [])].join('\n');
}
