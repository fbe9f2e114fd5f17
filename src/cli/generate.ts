import { positiveNumber, required, wholeNumber } from './arguments';
import { type Command, JOB, MASK_OPTIONS, RECOVERY_OPTIONS } from './command';
import { size } from './download-words';
import { ofModel } from './of-model';

const DEFAULT_TOKENS = 64;

export const generate: Command = {
  name: 'generate',
  summary: 'continue a prompt, with layers dropped or not',
  usage:
    'lopper generate MODEL --prompt TEXT [--max-tokens N] [--temperature T --seed S] [--drop LIST | --mask FILE] [--recovery FILE] [--json]',
  options: {
    prompt: { value: 'TEXT', help: 'what to continue' },
    'max-tokens': { value: 'N', help: `no more new tokens than this (${DEFAULT_TOKENS})` },
    temperature: { value: 'T', help: '0, the default, takes the likeliest token each time' },
    seed: { value: 'S', help: 'of the draws at a temperature above 0 (0)' },
    ...MASK_OPTIONS,
    ...RECOVERY_OPTIONS,
  },
  check(args) {
    required(args, 'prompt', 'TEXT');
    wholeNumber(args, 'max-tokens', 1, DEFAULT_TOKENS);
    positiveNumber(args, 'temperature', 0);
    wholeNumber(args, 'seed', 0, 0);
  },
  async run(session) {
    const { lab, args, reporter, model } = session;
    const read = model.streamedBytes;
    if (read !== undefined) {
      reporter.note(`Weights are streamed: each token reads ${size(read)} anew, which takes long. Ask for few.`);
    }
    const pruning = await session.pruning();
    const report = await lab.generate(
      {
        prompt: required(args, 'prompt', 'TEXT'),
        maxTokens: wholeNumber(args, 'max-tokens', 1, DEFAULT_TOKENS),
        temperature: positiveNumber(args, 'temperature', 0),
        seed: wholeNumber(args, 'seed', 0, 0),
        masks: [pruning],
      },
      { job: JOB, onProgress: reporter.progress },
    );
    const [branch] = report.branches;
    // The text alone goes to standard output: it may be what another program reads.
    return { json: ofModel({ json: branch, text: '' }, model).json, text: branch!.text };
  },
};
