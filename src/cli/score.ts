import { checkCalibration, readCalibration } from './calibration';
import { CALIBRATION_OPTIONS, type Command, JOB, MASK_OPTIONS, table } from './command';
import { tellCost } from './cost';

export const score: Command = {
  name: 'score',
  summary: 'loss and perplexity on a text, with layers dropped or not',
  usage:
    'lopper score MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) [--drop LIST | --mask FILE] [--logits] [--json]',
  options: {
    ...CALIBRATION_OPTIONS,
    ...MASK_OPTIONS,
    logits: { help: "with --json: the logits of each window's last token" },
  },
  check: checkCalibration,
  async run(session) {
    const { lab, args, reporter } = session;
    const mask = await session.mask();
    const calibration = await readCalibration(session);
    const logits = args.values.has('logits');
    const request = { calibration, masks: [mask], windows: true, logits };
    await tellCost(session, 'score', request);
    const [report] = await lab.score(request, { job: JOB, onProgress: reporter.progress });
    const { loss, perplexity, tokens, windows } = report!;
    const text = table([
      ['loss', loss.toFixed(5)],
      ['perplexity', perplexity.toFixed(4)],
      ['tokens', String(tokens)],
      ['windows', String(windows!.length)],
    ]);
    return { json: { loss, perplexity, tokens, windows }, text };
  },
};
