import type { Precision } from '../../../model/precision';
import type { Sublayer } from '../../../model/units';
import { formatDropList } from '../../../pruning/drop-list';
import type { CalibrationText } from '../../store/calibration';
import { type CommandLine, commandLine } from '../../store/command-line';
import type { ModelSource } from '../../store/open';

/** The command line that measures a mask's loss anew, on the same text and in the same windows. */
export function scoreCommand(
  source: ModelSource,
  dropped: readonly Sublayer[],
  text: CalibrationText,
  precision?: Precision,
): CommandLine {
  const options = dropped.length > 0 ? ['--drop', formatDropList(dropped)] : [];
  return commandLine(source, { command: 'score', options }, text, precision);
}
