import type { Calibration, EvalRequest, NamedCalibration } from '../contract';
import { readExam } from '../exam/exam';
import { aboutTokens } from '../exam/exam-tokens';
import { examinee } from '../exam/examinee';
import type { Calibrated } from '../measure/calibrated';
import { type Ground, sharesOf } from '../measure/work';
import type { Desk } from './desk';

/** A calibration, to tell what walks over it come to. */
export async function groundOf(desk: Desk, calibration: Calibration | NamedCalibration): Promise<Ground> {
  return groundOn(desk, await desk.calibrate(calibration));
}

export const groundOn = (desk: Desk, { tokens }: Calibrated): Ground => ({ ...ofModel(desk), tokens, scored: tokens });

/** The items of a benchmark, likewise. */
export async function itemsGround(desk: Desk, request: Omit<EvalRequest, 'masks'>): Promise<Ground> {
  const { model, environment } = desk;
  const { wording, tokenizer } = examinee(model, request);
  const exam = await readExam(request, environment, { encode: wording.encode, context: model.report.context });
  return { ...ofModel(desk), ...aboutTokens(exam, tokenizer) };
}

const ofModel = ({ model }: Desk) => ({ shares: sharesOf(model.report), rows: model.engine.maxRows });
