import { basename } from 'node:path';
import { joinParts } from '../lab/files/join-parts';
import { readPartFile } from '../lab/files/part-file';
import { readArguments, usage } from './arguments';
import { type Command, type Output, optionsOf, type Surroundings } from './command';
import { writeWhole } from './write-whole';

/** `lopper merge`, of parts that these commands printed. */
export const mergeOf = (commands: readonly Command[]): Command => ({
  name: 'merge',
  summary: 'the whole of what was done in parts, the same as one run',
  usage: 'lopper merge FILE... [--json] [--out FILE]',
  files: true,
  options: { out: { value: 'FILE', help: 'write the JSON to FILE' } },
  check({ positionals }) {
    if (positionals.length === 0) throw usage('No parts are given.', 'Name the files of all parts.');
  },
  // It needs neither a model nor a device.
  alone: { asked: () => true, run: (surroundings) => merge(surroundings, commands) },
  run: (session) => merge(session, commands),
});

async function merge(surroundings: Surroundings, commands: readonly Command[]): Promise<Output> {
  const { args, lab, readText, reporter, path } = surroundings;
  const given = [];
  for (const name of args.positionals) {
    given.push({ name: basename(name), file: readPartFile(await readText(name), name) });
  }
  const { parts, notes } = joinParts(given);
  for (const note of notes) reporter.note(note);
  const { job, words, dropped, ...facts } = parts[0]!;
  const command = commands.find(({ whole }) => whole?.job === job)!;
  const report = await lab.merge(
    job,
    parts.map(({ report }) => report as never),
  );
  const [, ...rest] = words;
  const asked = readArguments(command.name, rest, optionsOf(command));
  const adapter = [...new Set(parts.map(({ madeBy }) => madeBy.adapter))].join('; ');
  const told = { ...facts, madeBy: { ...facts.madeBy, adapter }, args: asked, mask: dropped };
  const output = command.whole!.tell(report as never, told);
  const out = args.values.get('out');
  if (out !== undefined) await writeWhole(path(out), `${JSON.stringify(output.json)}\n`);
  return output;
}
