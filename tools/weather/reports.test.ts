import { describe, expect, it } from 'vitest';
import { readGrowth } from '../../src/lab/files/growth-file';
import { joinParts } from '../../src/lab/files/join-parts';
import { readPartFile } from '../../src/lab/files/part-file';
import { readResultFile } from '../../src/lab/files/result-file';
import { mergeParts } from '../../src/lab/jobs';
import { partTexts, planText, seriesText } from './reports';

const model = { id: 'sapling', blocks: 12, fingerprint: 'ab' };
const pairs = partTexts(model);

function whole(texts: readonly string[]): unknown {
  const { parts } = joinParts(texts.map((text, i) => ({ name: `${i}`, file: readPartFile(text, `${i}`) })));
  return mergeParts(
    parts[0]!.job,
    parts.map(({ report }) => report as never),
  );
}

it('what is spoilt is sound before: plans, series and parts are read, and parts make a whole', () => {
  expect(readResultFile(planText(model), model)).toMatchObject({ kind: 'plan', report: { best: 2 } });
  expect(readGrowth(seriesText(), 'x.json').report.points).toHaveLength(2);
  for (const pair of pairs) expect(JSON.stringify(whole(pair))).not.toMatch(/"part"|null/);
});

describe('a part that lacks something is refused, and no wrong number made of it', () => {
  const pairOf = (has: string) => pairs.find(([first]) => first.includes(has))!;
  // biome-ignore lint/suspicious/noExplicitAny: what is taken from a report is none of its type
  it.each<[what: string, has: string, spoil: (report: any) => unknown, message: string]>([
    ['the losses of a mask', '"job":"score"', (r) => delete r[1].windows, 'the loss of every token of every mask'],
    ['a window of a mask', '"job":"score"', (r) => r[0].windows.pop(), 'the loss of every token of every mask'],
    ['what it drew', '"drawn"', (r) => delete r.part, 'it has not what it drew'],
    ['a unit', '"statistics"', (r) => r.part.statistics[0].ffn.pop(), 'the sums of every unit'],
    ['a sum', '"statistics"', (r) => delete r.part.statistics[0].ffn[3].rest.sums.l2, 'ffn.3.rest.sums.l2" is missing'],
    ['a block', '"gradients"', (r) => r.part.gradients[0].blocks.pop(), 'the gradient of every unit'],
    ['the draws of a point', '"job":"curve"', (r) => delete r.points[1].draws, 'the loss of every draw at every point'],
    ['a draw of a point', '"job":"curve"', (r) => r.points[1].draws.pop(), 'the loss of every draw at every point'],
    ['a point', '"job":"curve"', (r) => r.points.pop(), 'their curves are not as long'],
    ['units of a checkpoint', '"job":"growth"', (r) => r.points[0].ffn.pop(), 'not as many units'],
    ['a model’s answer', '"job":"evaluate"', (r) => r.items[0].answers.pop(), 'every mask’s answer'],
    ['what an item counts under', '"job":"evaluate"', (r) => r.part.counted.pop(), 'what it counts under'],
    ['a unit of two', '"job":"recoverEach"', (r) => r.units.pop(), 'the units that were dealt out'],
  ])('%s', (_, has, spoil, message) => {
    const [first, second] = pairOf(has);
    const part = JSON.parse(first);
    spoil(part.report);
    expect(() => whole([JSON.stringify(part), second])).toThrow(
      expect.objectContaining({ code: 'result-invalid', message: expect.stringContaining(message) }),
    );
  });

  it('of rows that could not be read there are no more than a file has', () => {
    const [first, second] = pairOf('"job":"evaluate"');
    const endless = (text: string) => text.replaceAll('"unreadable":1', '"unreadable":900000000000');
    expect(() => whole([endless(first), endless(second)])).toThrow(/900000000000 rows/);
  });
});
