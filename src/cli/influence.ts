import { METRICS } from '../lab/metrics';
import type { UnitKind } from '../model/units';
import { unitsOf } from '../model/units';
import { formatDropList } from '../pruning/drop-list';
import { oneOf } from './arguments';
import { checkCalibration, readCalibration } from './calibration';
import { CALIBRATION_OPTIONS, type Command, JOB, table } from './command';

const UNITS: readonly UnitKind[] = ['block', 'attn', 'ffn', 'sublayer'];

export const influence: Command = {
  name: 'influence',
  summary: 'how much each layer matters',
  usage: `lopper influence MODEL (--ids FILE | --text FILE --seq-len N) --metric NAME --unit ${UNITS.join('|')} [--json]`,
  options: {
    ...CALIBRATION_OPTIONS,
    metric: { value: 'NAME', help: METRICS.join(', ') },
    unit: { value: 'KIND', help: UNITS.join(', ') },
  },
  check(args) {
    oneOf(args, 'metric', METRICS);
    oneOf(args, 'unit', UNITS);
    checkCalibration(args);
  },
  async run(session) {
    const { lab, args, reporter, model } = session;
    const metric = oneOf(args, 'metric', METRICS);
    const unit = oneOf(args, 'unit', UNITS);
    const calibration = await readCalibration(session);
    const report = await lab.influence(calibration, metric, unit, { job: JOB, onProgress: reporter.progress });
    const names = unitsOf(model.blocks, unit).map(formatDropList);
    const rows = report.values.map((value, i) => [names[i]!, value.toFixed(5)]);
    const full = report.fullLoss === undefined ? [] : [['full model', report.fullLoss.toFixed(5)]];
    return { json: report, text: table([['unit', metric], ...rows, ...full]) };
  },
};
