import { readArguments, usage, wholeNumber } from '../../src/cli/arguments';
import { modelRequest } from '../../src/cli/model-request';
import type { ModelRequest } from '../../src/lab/contract';

export interface Shipping {
  readonly model: ModelRequest;
  readonly text: string;
  readonly seqLen: number;
  /** A file; those beside it take its name. */
  readonly out: string;
  /** What is measured already is kept there. */
  readonly scratch: string;
  readonly python?: string;
  readonly tasks: readonly string[];
  /** Those of them that each named mask is asked too. */
  readonly maskTasks: readonly string[];
  /** Masks of many layers too, in the tables. */
  readonly whole: boolean;
  readonly permutations: number;
  /** Nothing but Sapling's checkpoints in training. */
  readonly growth: boolean;
  /** Nothing but what stands in for dropped layers, put into the results that are there. */
  readonly recovery: boolean;
}

const OPTIONS = {
  text: { value: 'FILE', help: 'what to measure on; default the bundled stories' },
  'seq-len': { value: 'N', help: 'tokens a window, default 128' },
  out: { value: 'FILE', help: 'default public/models/sapling/results.json' },
  tasks: { value: 'NAMES', help: 'default school,school_letters,school_math' },
  'mask-tasks': { value: 'NAMES', help: 'those of them that named masks are asked; default all' },
  scratch: { value: 'DIR', help: 'what a run that was cut goes on from; default /tmp/lopper-results' },
  python: { value: 'PROGRAM', help: "Sapling's losses and answers by its numpy, where there is no graphics card" },
  permutations: { value: 'N', help: 'of a Shapley value, with --few; default 64' },
  few: { help: 'no mask of more than four units of a kind in the tables' },
  growth: { help: "only Sapling's checkpoints in training, into the results that are there" },
  recovery: { help: 'only what stands in for dropped layers of Sapling, into the results that are there' },
};

export const USAGE = [
  'npm run ship-results -- [MODEL] [OPTIONS]',
  '  MODEL: sapling (default), a folder, or owner/name',
  ...Object.entries(OPTIONS).map(([name, { help, ...o }]) => `  --${name} ${'value' in o ? o.value : ''}  ${help}`),
].join('\n');

const listed = (names: string | undefined) => names?.split(',').filter(Boolean);

/** Throws `usage`. */
export function readShipping(words: readonly string[], root: string): Shipping {
  const args = readArguments('ship-results', words, OPTIONS);
  const [name = 'sapling'] = args.positionals;
  const model = modelRequest(name, root, args);
  const given = (option: keyof typeof OPTIONS) => args.values.get(option);
  const bundled = model.kind === 'bundled';
  if (!bundled && !given('out')) throw usage('It is not said where the results go.', 'Add --out FILE.');
  if (!bundled && given('python')) throw usage('The processor knows Sapling only.', 'Leave out --python.');
  if (!bundled && given('recovery') !== undefined)
    throw usage('Recoveries are shipped of Sapling only.', 'Leave out --recovery.');
  if (!bundled && given('growth') !== undefined)
    throw usage('A training is shipped of Sapling only.', 'Leave out --growth.');
  const tasks = listed(given('tasks')) ?? ['school', 'school_letters', 'school_math'];
  return {
    model,
    text: given('text') ?? 'public/calibration/stories.txt',
    seqLen: wholeNumber(args, 'seq-len', 2, 128),
    out: given('out') ?? 'public/models/sapling/results.json',
    scratch: given('scratch') ?? '/tmp/lopper-results',
    python: given('python'),
    tasks,
    maskTasks: listed(given('mask-tasks')) ?? tasks,
    whole: given('few') === undefined,
    permutations: wholeNumber(args, 'permutations', 2, 64),
    growth: given('growth') !== undefined,
    recovery: given('recovery') !== undefined,
  };
}
