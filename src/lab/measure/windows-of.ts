import type { Calibration } from '../contract';
import type { Environment } from '../place/environment';
import { encode, type OpenModel } from '../place/model';
import { taskWindows } from './task-windows';
import { cutWindows } from './windows';

/** The token windows of a calibration on a model. Throws what `cutWindows` and `taskWindows` throw. */
export async function windowsOf(
  calibration: Calibration,
  model: OpenModel,
  environment: Environment,
): Promise<readonly (readonly number[])[]> {
  const { vocabulary, context } = model.report;
  const read = (text: string) => encode(model, text);
  if ('task' in calibration) return taskWindows(calibration, { context, encode: read, environment });
  return cutWindows(calibration, { vocabulary, context, encode: model.tokenizer && read });
}
