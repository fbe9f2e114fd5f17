/**
 * Official benchmarks into public/benchmarks/official/, from where the command line asks them and the next build takes
 * them along: `npm run benchmarks -- --help`.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Reporter } from '../src/cli/terminal';
import { LopperError } from '../src/errors';
import { hubPlaces } from '../src/formats/hub-cache';
import type { BenchmarkSet, FetchSettings } from '../src/lab/contract';
import { createLab } from '../src/lab/lab';
import { nodeEnvironment } from '../src/lab/place/node';
import { amountOf, checkSubset, keepSet, needOfficialSet } from '../src/lab/sets/official-store';
import { findLocalSets, readLocalSet } from './local-sets';

const DEFAULT_LIMIT = 1000;
const JOB = 'benchmarks';

const HELP = `npm run benchmarks -- [TASK ...] [options]

Fetches official benchmarks from their publishers, checks them and keeps a random
subset of each. Without a TASK: all that are given to everybody. Whole sets draw the
same worked examples as the field's harness; subsets draw from as many of their own.

  --list           what there is, and what is here
  --limit N        items of each set (default ${DEFAULT_LIMIT}); the same ones for everyone with the same seed
  --seed S         default 0
  --all            whole sets
  --from FOLDER    take files that are there already, as CSV, JSON lines or parquet
  --host URL       a mirror of the hub (HF_ENDPOINT)
  --raw-host URL   a mirror of GitHub's raw files

HF_TOKEN (or the token file) is shown to the hub, for sets that are given out on request.
`;

const OPTIONS = {
  help: { type: 'boolean' },
  list: { type: 'boolean' },
  all: { type: 'boolean' },
  limit: { type: 'string' },
  seed: { type: 'string' },
  from: { type: 'string' },
  host: { type: 'string' },
  'raw-host': { type: 'string' },
} as const;

export async function main(words: readonly string[], root: string): Promise<number> {
  const reporter = new Reporter(process.stderr, false);
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
    if (values.help) return print(HELP);
    const environment = nodeEnvironment(root);
    const lab = createLab(environment);
    const sets = await lab.benchmarkSets();
    if (values.list) return print(`${sets.map(describe).join('\n')}\n`);
    if (values.all && values.limit) throw new LopperError('usage', '--all and --limit are both given.', 'Give one.');
    const settings: FetchSettings = {
      limit: values.all ? undefined : Number(values.limit ?? DEFAULT_LIMIT),
      seed: Number(values.seed ?? 0),
      host: values.host ?? hubPlaces().endpoint,
      rawHost: values['raw-host'],
    };
    checkSubset(settings);
    for (const task of positionals) needOfficialSet(task);
    const wanted = (task: string) => positionals.length === 0 || positionals.map(setName).includes(task);
    if (values.from === undefined) {
      process.once('SIGINT', () => lab.cancel(JOB));
      const fetchIt = (task: string) => lab.fetchBenchmark(task, settings, { job: JOB, onProgress: reporter.progress });
      // Who names no set wants what can be had.
      const refused = sets.map((s) => s.gated);
      const mayMiss = ({ remedy }: LopperError) => positionals.length === 0 && refused.includes(remedy);
      return await each(sets.map((s) => s.task).filter(wanted), fetchIt, reporter, mayMiss);
    }
    const folder = resolve(process.env.INIT_CWD ?? '.', values.from);
    const found = (await findLocalSets(folder)).filter(({ set }) => wanted(set.tasks[0]));
    if (found.length === 0) {
      throw new LopperError('file-missing', `${folder} has no official files that Lopper knows.`, 'Check the folder.');
    }
    const places = await environment.official();
    const take = async (task: string) => {
      const local = found.find(({ set }) => set.tasks[0] === task)!;
      return keepSet(local.set, await readLocalSet(folder, local), settings, places);
    };
    return await each(
      found.map(({ set }) => set.tasks[0]),
      take,
      reporter,
    );
  } catch (error) {
    reporter.clear();
    process.stderr.write(`benchmarks: ${sayError(error)}\n`);
    return 1;
  }
}

/** One set after the other; one that fails does not keep the others from coming, nor one that may be missed from success. */
export async function each(
  tasks: readonly string[],
  work: (task: string) => Promise<BenchmarkSet>,
  reporter: Pick<Reporter, 'clear' | 'note'>,
  mayMiss: (error: LopperError) => boolean = () => false,
): Promise<number> {
  let failed = 0;
  for (const task of tasks) {
    try {
      const set = await work(task);
      reporter.clear();
      print(`${describe(set)}\n`);
    } catch (error) {
      if (!(error instanceof LopperError) || error.code === 'cancelled') throw error;
      const missed = mayMiss(error);
      if (!missed) failed++;
      reporter.note(`${task}: ${missed ? 'left out. ' : ''}${sayError(error)}`);
    }
  }
  return failed > 0 ? 1 : 0;
}

function describe({ task, title, licence, source, items, gated, here }: BenchmarkSet): string {
  const about = `${title}. Licence: ${licence}. ${source}`;
  if (!here) return `${task}: not here; ${items.toLocaleString('en')} items${gated ? ', on request' : ''}. ${about}`;
  const lines = here.origins.slice(0, 2).map(({ from, bytes, sha256, revision, pinned }) => {
    const known = { hash: 'pinned', revision: 'pinned by its commit alone', no: 'not pinned' }[pinned];
    return `  ${from}: ${bytes} bytes, SHA-256 ${sha256.slice(0, 12)}, ${known}${revision ? `, commit ${revision.slice(0, 12)}` : ''}`;
  });
  const more = here.origins.length > 2 ? [`  and ${here.origins.length - 2} more files`] : [];
  const examples = here.examples > 0 ? `, ${here.examples} worked examples` : '';
  return [`${task}: ${amountOf({ count: items }, here)}${examples}. ${about}`, ...lines, ...more].join('\n');
}

const setName = (task: string) => needOfficialSet(task).tasks[0];

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

const sayError = (error: unknown): string =>
  error instanceof LopperError
    ? `${error.message} ${error.remedy}`
    : error instanceof Error
      ? error.message
      : String(error);
