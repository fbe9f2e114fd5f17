import { taskNamed, tasks } from '../benchmarks/tasks';
import type { EvalReport, EvalRequest } from '../lab/contract';
import { evaluationJson, evaluationsJson, type Measured } from '../lab/files/evaluation-file';
import { type Arguments, oneOf, required, usage, wholeNumber } from './arguments';
import {
  type Command,
  JOB,
  MASK_OPTIONS,
  type Output,
  PART_OPTION,
  RECOVERY_OPTIONS,
  type Surroundings,
  type Whole,
} from './command';
import { tellCost } from './cost';
import { readDataOption } from './data-files';
import { ResultFile } from './evaluate-file';
import { harnessJson } from './evaluate-json';
import { requestsJson } from './evaluate-requests';
import { resultText } from './evaluate-text';
import { ofModel } from './of-model';
import { readPart, tellReport } from './part';

const BOS = ['auto', 'on', 'off'] as const;

const whole: Whole<'evaluate'> = {
  job: 'evaluate',
  tell(report, { args, model, madeBy, mask }) {
    const [compare, recovery] = [args.values.has('compare'), args.values.get('recovery')];
    const { fingerprint = '', ...named } = model!;
    return tellReports([report], args, {
      model: { ...named, fingerprint, dtype: madeBy.dtype! },
      mask,
      compare,
      recovery,
    });
  },
};

export const evaluate: Command = {
  whole,
  name: 'eval',
  summary: 'accuracy on benchmarks, with layers dropped or not',
  usage:
    'lopper eval MODEL --task NAME[,NAME...] [--data PATH] [--shots K] [--limit N] [--drop LIST | --mask FILE] [--recovery FILE] [--compare] [--json]',
  options: {
    task: {
      value: 'NAME',
      help: `${tasks.map((t) => t.name).join(', ')}; mmlu_anatomy, mmlu-lopper_anatomy and MMLU's other subjects`,
    },
    data: { value: 'PATH', help: 'items from a file, or from all files in a folder: CSV, JSON, JSON lines, parquet' },
    'fewshot-data': { value: 'PATH', help: 'worked examples, likewise' },
    fewshot: { value: 'PATH', help: 'the same, as it was called before' },
    shots: { value: 'K', help: 'worked examples before each item' },
    limit: { value: 'N', help: 'only the first N items' },
    seed: { value: 'S', help: 'with --limit: a random N, the same for everyone with that seed' },
    bos: { value: 'auto|on|off', help: 'a BOS before each prompt; auto, the default, as the tokenizer has it' },
    chat: { help: "ask through the model's own chat template" },
    window: { value: 'N', help: 'tokens a window, for perplexity (the context, at most 2048)' },
    compare: { help: 'measure the full model too, on the same items' },
    resume: { value: 'FILE', help: 'keep results in FILE, and go on from those that are there' },
    harness: { help: "print the results as lm-evaluation-harness's JSON has them" },
    requests: { help: 'print what would be asked, as JSON; MODEL is left out' },
    ...PART_OPTION,
    ...MASK_OPTIONS,
    ...RECOVERY_OPTIONS,
  },
  check(args) {
    taskNames(args);
    for (const [name, least] of [
      ['shots', 0],
      ['limit', 1],
      ['seed', 0],
      ['window', 2],
    ] as const) {
      wholeNumber(args, name, least, undefined);
    }
    bosOf(args);
    if (readPart(args) && taskNames(args).length > 1) {
      throw usage('--part is of one task at a time.', `Write --task ${taskNames(args)[0]}, and the others likewise.`);
    }
    if (args.values.has('compare') && !['drop', 'mask', 'recovery'].some((name) => args.values.has(name))) {
      throw usage('--compare has nothing to compare.', 'Add --drop LIST or --mask FILE.');
    }
    if (args.values.has('recovery') && args.values.has('resume')) {
      throw usage(
        '--recovery and --resume are both given: answers of a recovered model are not gone on from.',
        'Leave --resume out, and print with --json.',
      );
    }
  },
  alone: {
    asked: (args) => args.values.has('requests'),
    async run(surroundings) {
      const [task, other] = taskNames(surroundings.args);
      if (other !== undefined) throw usage('--requests prints one task at a time.', `Write --task ${task}.`);
      const json = await requestsJson({ task: task!, ...(await settings(surroundings)) }, surroundings.environment);
      return { json, text: JSON.stringify(json, null, 2) };
    },
  },
  async run(session) {
    const { args, lab, reporter, model } = session;
    const [mask, pruning] = [await session.mask(), await session.pruning()];
    const compare = args.values.has('compare');
    const measured: Measured = { model, mask, compare, recovery: args.values.get('recovery') };
    const path = args.values.get('resume');
    const file = path === undefined ? undefined : await ResultFile.open(session.path(path), measured);
    const asked = await settings(session);
    const part = readPart(args);
    if (part) {
      const request: EvalRequest = {
        task: taskNames(args)[0]!,
        ...asked,
        masks: compare ? [[], pruning] : [pruning],
        part,
      };
      await tellCost(session, 'evaluate', request);
      const report = await lab.evaluate(request, { job: JOB, onProgress: reporter.progress });
      return tellReport(session, whole, request, report, { source: request.task });
    }
    const reports: EvalReport[] = [];
    for (const task of taskNames(args)) {
      const request = { task, ...asked, ...file?.known(task), masks: compare ? [[], pruning] : [pruning] };
      await tellCost(session, 'evaluate', request);
      const report = await lab
        .evaluate(request, {
          job: JOB,
          onProgress: reporter.progress,
          onItem: (item, soFar) => file?.add(item, soFar),
        })
        .catch(async (error) => {
          await file?.keep();
          throw error;
        });
      await file?.end(report);
      reports.push(report);
    }
    return tellReports(reports, args, measured);
  },
};

function tellReports(reports: readonly EvalReport[], args: Arguments, measured: Measured): Output {
  if (args.values.has('harness')) {
    const json = harnessJson(reports, measured);
    return { json, text: JSON.stringify(json, null, 2) };
  }
  const { mask, compare } = measured;
  const json = evaluationsJson(reports.map((report) => evaluationJson(report, measured)));
  const text = reports.map((report) => resultText(report, mask.length > 0, compare)).join('\n\n');
  return ofModel({ json, text }, measured.model);
}

function taskNames(args: Arguments): readonly string[] {
  const names = required(args, 'task', 'NAME').split(',');
  for (const name of names) taskNamed(name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw usage(`The task ${twice} is named twice.`, 'Name it once.');
  return names;
}

const bosOf = (args: Arguments) => (args.values.has('bos') ? oneOf(args, 'bos', BOS) : undefined);

/** What is asked of every task. */
async function settings(session: Surroundings): Promise<Omit<EvalRequest, 'task' | 'masks'>> {
  const { args } = session;
  return {
    shots: wholeNumber(args, 'shots', 0, undefined),
    limit: wholeNumber(args, 'limit', 1, undefined),
    seed: wholeNumber(args, 'seed', 0, undefined),
    window: wholeNumber(args, 'window', 2, undefined),
    bos: bosOf(args),
    chat: args.values.has('chat'),
    data: await readDataOption(session, 'data'),
    fewshot: (await readDataOption(session, 'fewshot-data')) ?? (await readDataOption(session, 'fewshot')),
  };
}
