import { LopperError } from '../errors';
import type { Calibration } from '../lab/contract';
import { type Arguments, usage, wholeNumber } from './arguments';
import type { Session } from './command';

/** Throws `usage` unless a calibration is named, and in one way. */
export function checkCalibration(args: Arguments): void {
  const [ids, text] = [args.values.has('ids'), args.values.has('text')];
  if (ids === text) {
    throw usage(
      ids ? '--ids and --text are both given.' : 'No calibration is given.',
      'Give --ids FILE, or --text FILE --seq-len N.',
    );
  }
  if (text && wholeNumber(args, 'seq-len', 2, undefined) === undefined) {
    throw usage('--text needs --seq-len.', 'Add --seq-len N, the tokens of each window.');
  }
  if (ids && (args.values.has('seq-len') || args.values.has('max-windows'))) {
    throw usage('--seq-len and --max-windows belong to --text.', 'Ids are taken as they are: leave them out.');
  }
  wholeNumber(args, 'max-windows', 1, undefined);
}

/** The calibration that a command line names. Throws `file-missing` and `ids-invalid`. */
export async function readCalibration({ args, readText }: Session): Promise<Calibration> {
  const ids = args.values.get('ids');
  if (ids !== undefined) return { ids: parseIds(await readText(ids), ids) };
  return {
    text: await readText(args.values.get('text')!),
    seqLen: wholeNumber(args, 'seq-len', 2, 0),
    maxWindows: wholeNumber(args, 'max-windows', 1, undefined),
  };
}

function parseIds(text: string, path: string): number[][] {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LopperError(
      'ids-invalid',
      `${path} is not JSON (${(cause as Error).message}).`,
      'Give a JSON list of lists of token ids: [[1, 5, 7], [1, 9]].',
      { cause },
    );
  }
}
