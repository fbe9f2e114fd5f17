import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LopperError } from '../errors';
import { decodeText } from '../formats/decode-text';
import { parseDropList } from '../pruning/drop-list';
import { type Arguments, readArguments, usage } from './arguments';
import { OwnBench } from './bench';
import { type Bench, type Command, optionsOf, type ReadCommand, type Session, type Surroundings } from './command';
import { curve } from './curve';
import { unreadable } from './data-files';
import { doctor } from './doctor';
import { evaluate } from './evaluate';
import { exportCommand } from './export';
import { generate } from './generate';
import { growth } from './growth';
import { helpFor, overview } from './help';
import { influence } from './influence';
import { info } from './info';
import { mergeOf } from './merge';
import { modelRequest } from './model-request';
import { norms } from './norms';
import { plan } from './plan';
import { pruningOf } from './pruning';
import { recover } from './recover';
import { score } from './score';
import { Reporter } from './terminal';
import { workOf } from './work';

const MEASURING: readonly Command[] = [
  info,
  score,
  influence,
  curve,
  plan,
  norms,
  generate,
  evaluate,
  recover,
  growth,
  exportCommand,
];
const SINGLE: readonly Command[] = [...MEASURING, mergeOf(MEASURING)];
export const COMMANDS: readonly Command[] = [...SINGLE, workOf((words) => readCommand(words, SINGLE)), doctor];

/** Runs a command line and returns the exit status: the result on stdout, all else on stderr. `root` is Lopper's folder. */
export async function main(words: readonly string[], root: string): Promise<number> {
  const reporter = new Reporter(process.stderr, words.includes('--quiet'));
  try {
    const { text, status } = await answer(words, root, reporter);
    reporter.clear();
    process.stdout.write(text);
    return status;
  } catch (error) {
    reporter.clear();
    process.stderr.write(`lopper: ${describeError(error)}\n`);
    return 1;
  }
}

interface Answer {
  readonly text: string;
  readonly status: number;
}

const fine = (text: string): Answer => ({ text, status: 0 });

async function answer(words: readonly string[], root: string, reporter: Reporter): Promise<Answer> {
  const [name] = words;
  if (name === '--version') return fine(`${await versionOf(root)}\n`);
  if (name === '--help' || name === 'help') return fine(overview(COMMANDS));
  const { command, args, run } = readCommand(words, COMMANDS);
  if (args.values.has('help')) return fine(helpFor(command));
  const bench = new OwnBench(root, reporter, args.values.get('adapter') || undefined);
  try {
    const { json, text, failed } = await run(bench);
    return { text: args.values.has('json') ? `${JSON.stringify(json)}\n` : `${text}\n`, status: failed ? 1 : 0 };
  } finally {
    await bench.lab.close();
  }
}

/** Finds the command of some words, and checks those. Throws `usage` for what is wrong with them. */
function readCommand(words: readonly string[], commands: readonly Command[]): ReadCommand {
  const [name = '', ...others] = words;
  const command = commands.find((c) => c.name === name);
  if (!command) {
    throw usage(
      name === '' || name.startsWith('-') ? 'No command is given.' : `There is no command "${name}".`,
      `Use one of ${commands.map((c) => c.name).join(', ')}; lopper --help says more.`,
    );
  }
  const args = readArguments(command.name, others, optionsOf(command));
  const [model, ...rest] = args.positionals;
  const alone = command.alone?.asked(args) ? command.alone : undefined;
  if (!args.values.has('help')) {
    if (model === undefined && !alone) throw usage('No model is given.', `Write ${command.usage}.`);
    if (rest.length > 0 && !command.files) throw usage(`"${rest[0]}" is one word too many.`, `Write ${command.usage}.`);
    command.check?.(args);
    if (args.values.has('drop') && args.values.has('mask')) {
      throw usage('--drop and --mask are both given.', 'Give one of them.');
    }
    parseDropList(args.values.get('drop') ?? ''); // what cannot be read at all is said before a model is opened
  }
  return {
    ...{ command, args },
    async run(bench) {
      const surroundings = surroundingsOf(args, words, bench);
      return alone ? alone.run(surroundings) : command.run(await openSession(model!, surroundings, bench));
    },
  };
}

function surroundingsOf(args: Arguments, words: readonly string[], bench: Bench): Surroundings {
  const from = startFolder();
  const { reporter, environment, lab, root } = bench;
  return {
    ...{ args, words, reporter, environment, lab },
    version: () => versionOf(root),
    path: (path) => resolve(from, path),
    async readText(path) {
      const bytes = await readFile(resolve(from, path)).catch(unreadable(path));
      const { text, note } = decodeText(path, bytes);
      if (note) reporter.note(note);
      return unixLines(text);
    },
    runBeside: ({ run }) => run(bench),
  };
}

async function openSession(name: string, surroundings: Surroundings, bench: Bench): Promise<Session> {
  const model = await bench.open(modelRequest(name, startFolder(), surroundings.args));
  return { ...surroundings, model, ...pruningOf(surroundings, model) };
}

const versionOf = async (root: string): Promise<string> =>
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;

/** Where relative paths start: `npm run` changes to the package's folder and says where it was called from. */
function startFolder(): string {
  const { npm_lifecycle_event, INIT_CWD } = process.env;
  return npm_lifecycle_event === 'lopper' && INIT_CWD ? INIT_CWD : process.cwd();
}

/** As Python reads text files, so that a text from Windows has the tokens it has everywhere. */
const unixLines = (text: string) => text.replace(/\r\n?/g, '\n');

/** One line: what is wrong and what to do. */
function describeError(error: unknown): string {
  if (error instanceof LopperError) return `${error.message} ${error.remedy}`.replace(/\s*\n\s*/g, ' ');
  if (process.env.LOPPER_DEBUG && error instanceof Error) return error.stack ?? error.message;
  const what = error instanceof Error ? error.message : String(error);
  return `a bug: ${what.replace(/\s*\n\s*/g, ' ')}. Please report it; LOPPER_DEBUG=1 shows where.`;
}
