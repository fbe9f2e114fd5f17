import { LopperError } from '../../errors';

/** The error for parts of which no whole can be made. */
export const unfit = (what: string): LopperError =>
  new LopperError('result-invalid', `The parts make no whole: ${what}.`, 'Run them again.');
