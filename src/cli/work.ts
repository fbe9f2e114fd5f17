import { existsSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import * as v from 'valibot';
import { LopperError } from '../errors';
import { parseJson } from '../json';
import { usage } from './arguments';
import type { Command, Output, ReadCommand, Surroundings } from './command';
import { writeWhole } from './write-whole';

/** A job: the words of a command line without `lopper`, and the file that its JSON goes to. */
const line = v.strictObject({ args: v.array(v.string()), out: v.pipe(v.string(), v.minLength(1)) });

interface WorkJob {
  readonly out: string;
  readonly asked: ReadCommand;
}

/** `lopper work`: many command lines in one program. `read`: what becomes of the words of one. */
export const workOf = (read: (words: readonly string[]) => ReadCommand): Command => ({
  name: 'work',
  summary: 'many of these commands one after the other, the model kept open',
  usage: 'lopper work JOBS.jsonl|-',
  options: {},
  check({ positionals }) {
    if (positionals.length === 0) throw usage('No jobs are given.', 'Name a file of jobs, or - for standard input.');
  },
  // Each job opens what it needs.
  alone: { asked: () => true, run: (surroundings) => work(surroundings, read) },
  run: (session) => work(session, read),
});

/**
 * A job is done where its file is there, and then passed over; a file is whole or not there. So whoever is cut off runs the
 * same again, and others may run it at the same time. A job that fails keeps none of the others from being done.
 */
async function work(surroundings: Surroundings, read: (words: readonly string[]) => ReadCommand): Promise<Output> {
  const { args, path, readText, reporter, runBeside } = surroundings;
  const [name = ''] = args.positionals;
  const jobs = readJobs(name === '-' ? await readAll(process.stdin) : await readText(name), name, read);
  const failed: string[] = [];
  let done = 0;
  for (const { out, asked } of jobs) {
    if (existsSync(path(out))) continue;
    try {
      const { json } = await runBeside(asked);
      await writeWhole(path(out), `${JSON.stringify(json)}\n`);
      done++;
      reporter.note(`${out} is done.`);
    } catch (error) {
      if (!(error instanceof LopperError)) throw error;
      reporter.note(`${out} failed: ${error.message} ${error.remedy}`);
      failed.push(out);
    }
  }
  const before = jobs.length - done - failed.length;
  if (failed.length === 0) {
    const text = `${done} of ${jobs.length} jobs done${before > 0 ? `, ${before} were done before` : ''}.`;
    return { json: { jobs: jobs.length, done, before }, text };
  }
  throw new LopperError(
    'result-missing',
    `${failed.length} of ${jobs.length} jobs failed: ${failed.slice(0, 5).join(', ')}${failed.length > 5 ? ', ...' : ''}.`,
    'See above why; running the same again does only what is not done.',
  );
}

/** All jobs are read before the first is run. Throws `usage`, naming the line. */
function readJobs(text: string, name: string, read: (words: readonly string[]) => ReadCommand): WorkJob[] {
  const seen = new Map<string, number>();
  return text.split('\n').flatMap((own, i): WorkJob[] => {
    if (own.trim() === '') return [];
    const at = `Line ${i + 1} of ${name === '-' ? 'standard input' : name}`;
    let json: unknown;
    try {
      json = parseJson(own);
    } catch {
      throw usage(`${at} is not JSON.`, EXAMPLE);
    }
    const { success, output } = v.safeParse(line, json);
    if (!success) throw usage(`${at} is no job.`, EXAMPLE);
    const { args, out } = output;
    const twin = seen.get(out);
    if (twin !== undefined)
      throw usage(`${at} writes to ${out}, and so does line ${twin}.`, 'Give each a file of its own.');
    seen.set(out, i + 1);
    try {
      return [{ out, asked: read(args) }];
    } catch (error) {
      if (!(error instanceof LopperError)) throw error;
      throw new LopperError(error.code, `${at}: ${error.message}`, error.remedy);
    }
  });
}

const EXAMPLE =
  'Write a line a job: {"args": ["score", "sapling", "--text", "a.txt", "--seq-len", "128"], "out": "a.json"}.';
