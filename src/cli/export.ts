import { writeFile } from 'node:fs/promises';
import { LopperError } from '../errors';
import { FORMAT_NAMES, MASK_FORMATS } from '../exports/formats';
import type { ModelFacts, ModelRequest, Pruning, RecoveredModel } from '../lab/contract';
import { maskFromSublayers } from '../pruning/mask';
import type { MaskNotes } from '../pruning/mask-file';
import { writeEntries } from '../recovery/entries';
import { type Arguments, oneOf, required, usage } from './arguments';
import { type Command, facts, JOB, MASK_OPTIONS, type Output, RECOVERY_OPTIONS, type Surroundings } from './command';
import { cancellable } from './interrupt';
import { modelRequest } from './model-request';
import { pruningOf } from './pruning';

/** Beside the forms of a mask, a model of its own. */
const MODELS = ['checkpoint', 'gguf'] as const;
const TARGETS = [...MODELS, ...FORMAT_NAMES] as const;
const FORMS = ['zeroed', 'llm-drop'] as const;

export const exportCommand: Command = {
  name: 'export',
  summary: 'a mask in the form of another tool, or the pruned model as files of its own',
  usage:
    'lopper export MODEL (--drop LIST | --mask FILE) [--recovery FILE] --to FORMAT [--out PATH] [--form zeroed|llm-drop] [--json]',
  options: {
    ...MASK_OPTIONS,
    ...RECOVERY_OPTIONS,
    to: {
      value: 'FORMAT',
      help: `${MODELS.join(' or ')}: the pruned model itself; a mask in the form of: ${FORMAT_NAMES.join(', ')}`,
    },
    out: {
      value: 'PATH',
      help: 'a mask’s file, to standard output where left out; the new folder of a checkpoint, or of a GGUF (of a GGUF)',
    },
    form: {
      value: 'FORM',
      help: 'of a checkpoint: single layers zeroed (default), or listed in config.json for LLM-Drop',
    },
  },
  check(args) {
    const to = oneOf(args, 'to', TARGETS);
    if (isModel(to)) required(args, 'out', 'FOLDER');
    if (to !== 'checkpoint' && args.values.has('form'))
      throw usage('--form is of a checkpoint.', `Leave it out, or write --to checkpoint.`);
    if (args.values.has('form')) oneOf(args, 'form', FORMS);
    if (['drop', 'mask', 'recovery'].some((name) => args.values.has(name))) return;
    throw usage('Nothing is dropped, so there is nothing to export.', 'Add --drop, --mask or --recovery.');
  },
  // Small files and headers say it all: nothing is loaded, and no adapter is needed.
  alone: { asked: ({ positionals }) => positionals.length > 0, run },
  run,
};

const isModel = (to: string | undefined): boolean => MODELS.some((model) => model === to);

async function run(surroundings: Surroundings): Promise<Output> {
  const { args, lab, path, reporter } = surroundings;
  const request = modelRequest(args.positionals[0]!, path('.'), args);
  const model = await lab.describe(request, { job: JOB });
  for (const note of model.notes ?? []) reporter.note(note);
  const pruning = pruningOf(surroundings, model);
  if (isModel(args.values.get('to'))) return writeModel(surroundings, request, await pruning.pruning());
  return writeMask(
    surroundings,
    { ...model, ...placeOf(request, args) },
    await pruning.mask(),
    await pruning.recovery(),
  );
}

async function writeModel(
  { args, lab, path, reporter, version }: Surroundings,
  model: ModelRequest,
  pruning: Pruning,
): Promise<Output> {
  const out = args.values.get('out')!;
  const checkpoint = args.values.has('form') ? oneOf(args, 'form', FORMS) : 'zeroed';
  const form = args.values.get('to') === 'gguf' ? ('gguf' as const) : checkpoint;
  const to = { kind: 'folder', path: path(out) } as const;
  const request = { model, pruning, form, to, facts: { lopper: await version() } };
  const report = await cancellable(lab, () => lab.exportModel(request, { job: JOB, onProgress: reporter.progress }));
  const { files, kept, folded, beside, notes } = report;
  for (const note of notes) reporter.note(note);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    json: { format: form === 'gguf' ? form : 'checkpoint', out, ...report },
    text: facts([
      ['folder', out],
      ['blocks', String(kept.length)],
      ['files', `${files.length}, ${(bytes / 1e6).toFixed(2)} MB`],
      ...(folded.length > 0 ? [['in the weights', folded.join(', ')] as const] : []),
      ...(beside.length > 0
        ? [['beside them', `${beside.join(', ')}: README.md says how to hook it in`] as const]
        : []),
    ]),
  };
}

/** A folder goes by its path in Python too; Lopper's own model lies in Lopper's folder. */
const placeOf = ({ kind }: ModelRequest, { positionals }: Arguments) =>
  kind === 'hub' ? {} : { from: kind === 'bundled' ? 'public/models/sapling' : positionals[0]! };

async function writeMask(
  { args, path, version, reporter }: Surroundings,
  model: ModelFacts & { readonly from?: string },
  dropped: RecoveredModel['dropped'],
  recovery: RecoveredModel | undefined,
): Promise<Output> {
  const name = oneOf(args, 'to', FORMAT_NAMES);
  const format = MASK_FORMATS[name];
  const notes: MaskNotes = {
    ...(recovery && { recovery: writeEntries(recovery.modules, recovery.modules[0]?.module.map ? 'linear' : 'mean') }),
    made_by: { lopper: await version(), adapter: 'none', dtype: model.dtype },
  };
  if (recovery && name !== 'lopper') reporter.note(`What stands in does not go into it: ${format.loses}`);
  const text = format.write({ mask: maskFromSublayers(model.blocks, dropped), model, notes });
  const out = args.values.get('out');
  if (out === undefined) return { json: { format: name, text }, text: text.trimEnd() };
  await writeFile(path(out), text).catch(unwritable(out));
  return {
    json: { format: name, out, loses: format.loses },
    text: `${out}: ${format.title}. ${format.about} Not in it: ${format.loses}`,
  };
}

export const unwritable = (out: string) => (cause: Error) => {
  throw new LopperError(
    'file-missing',
    `${out} cannot be written (${cause.message}).`,
    'Name a place in a folder that is there and may be written to.',
    { cause },
  );
};
