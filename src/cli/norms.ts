import type { Distribution, NormsReport, UnitNorms } from '../lab/contract';
import { unitsOf } from '../model/units';
import { formatDropList } from '../pruning/drop-list';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import { CALIBRATION_OPTIONS, type Command, JOB, table } from './command';
import { tellCost } from './cost';
import { ofModel } from './of-model';
import { toldOf } from './part';
import { resultJson } from './result';

const DIGITS = 3;

export const norms: Command = {
  name: 'norms',
  summary: 'what each layer adds to the stream, and how far blocks turn it',
  usage: 'lopper norms MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) [--json]',
  options: CALIBRATION_OPTIONS,
  check: checkCalibration,
  async run(session) {
    const { lab, reporter } = session;
    const calibration = await readCalibration(session);
    await tellCost(session, 'norms', { calibration });
    const report = await lab.norms({ calibration }, { job: JOB, onProgress: reporter.progress });
    const json = resultJson({ kind: 'norms', report }, await toldOf(session, await calibrationSource(session)));
    return ofModel({ json, text: describeNorms(report) }, session.model);
  },
};

function describeNorms(report: NormsReport): string {
  const { rest, first, angles, tokens, quantiles } = report;
  const blocks = unitsOf(angles.length, 'block');
  const head = ['unit', '|u|', '5% to 95%', '|h|', '5% to 95%', '|u|/|h|', '5% to 95%', 'cos(u, h)', '5% to 95%'];
  const lines = (kinds: NormsReport['rest']) =>
    blocks.flatMap((own, b) => [
      ...own.map((sublayer) => [formatDropList([sublayer]), ...cells(kinds[sublayer.kind][b]!)]),
      [formatDropList(own), ...cells(kinds.block[b]!)],
    ]);
  return [
    `Medians over ${tokens} tokens, first positions apart; quantiles ${quantiles === 'exact' ? 'exact' : 'from histograms'}`,
    '',
    table([head, ...lines(rest)]),
    '',
    'First positions alone',
    table([head, ...lines(first)]),
    '',
    'The span of n blocks that turns the stream least: angle between its input and its output, 1 for opposite',
    table([['n', 'blocks', 'angle'], ...angles.map((_, i) => closestSpan(angles, i + 1))]),
  ].join('\n');
}

const cells = ({ update, stream, ratio, cosine }: UnitNorms): string[] =>
  [update, stream, ratio, cosine].flatMap(({ median, p5, p95 }: Distribution) => [
    median.toFixed(DIGITS),
    `${p5.toFixed(DIGITS)} to ${p95.toFixed(DIGITS)}`,
  ]);

function closestSpan(angles: NormsReport['angles'], n: number): string[] {
  const own = angles.slice(0, angles.length - n + 1).map((spans) => spans[n - 1]!);
  const least = Math.min(...own);
  const start = own.indexOf(least);
  return [String(n), n === 1 ? `${start}` : `${start} to ${start + n - 1}`, least.toFixed(DIGITS)];
}
