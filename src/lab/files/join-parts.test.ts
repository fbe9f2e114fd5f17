import { describe, expect, it } from 'vitest';
import type { InfluenceReport } from '../contract';
import { joinParts } from './join-parts';
import { factsOf, type PartFile, partFile, readPartFile } from './part-file';

const report: InfluenceReport = {
  ...{ metric: 'loo-loss', unit: 'block', tokens: 9, fullLoss: 2.5 },
  values: [0.1, Number.NaN, 0.3],
  part: { index: 1, of: 3 },
};

async function part(index: number, other: Partial<PartFile> = {}, of = 3): Promise<string> {
  const file: PartFile = {
    ...{ job: 'influence', part: { index, of }, text: { source: 'a.txt', sha256: 'ab' }, dropped: [] },
    model: { id: 'stories', blocks: 3, fingerprint: 'cd' },
    madeBy: { lopper: '0.1.0', adapter: 'a card', dtype: 'F32' },
    asked: await factsOf({ metric: 'loo-loss', unit: 'block', calibration: { text: 'x'.repeat(200), seqLen: 8 } }),
    words: ['influence', 'stories'],
    report,
    ...other,
  };
  return JSON.stringify(partFile(file));
}

/** Reads and joins files, named a, b, c, ... */
const join = async (...texts: Promise<string>[]) =>
  joinParts(
    (await Promise.all(texts)).map((text, i) => ({ name: 'abcdef'[i]!, file: readPartFile(text, 'abcdef'[i]!) })),
  );

it('parts come back as they were written, in their order, numbers that are none too', async () => {
  const { parts, notes } = await join(part(3), part(1), part(2));
  expect(parts.map((one) => one.part.index)).toEqual([1, 2, 3]);
  expect(parts[0]!.report).toEqual(report);
  expect(JSON.parse(JSON.stringify(partFile(parts[0]!)))).toEqual(JSON.parse(await part(1)));
  expect(notes).toEqual([]);
});

it('names what is missing, what is there twice, and what was cut short', async () => {
  await expect(join(part(2))).rejects.toMatchObject({ code: 'result-missing', message: /2 are not there: 1, 3\.$/ });
  const twice = { code: 'result-mismatch', message: 'a and c are both part 1 of 3.' };
  await expect(join(part(1), part(2), part(1))).rejects.toMatchObject(twice);
  const whole = await part(2);
  for (const text of [whole.slice(0, -9), '', '{}', '[1]', '{"format": "lopper-result"}']) {
    await expect(join(part(1), Promise.resolve(text)), text).rejects.toMatchObject({
      code: 'result-invalid',
      message: expect.stringMatching(/^b is no part of a result: /),
    });
  }
  await expect(join(part(4))).rejects.toMatchObject({ code: 'result-invalid', message: /part 4 of 3/ });
});

describe('tells parts of different work apart', () => {
  const asked = (request: object) => factsOf({ metric: 'loo-loss', unit: 'block', ...request });
  const text = 'x'.repeat(200);
  it.each<[string, () => Promise<Partial<PartFile>> | Partial<PartFile>]>([
    [
      'calibration.text is SHA-256',
      async () => ({ asked: await asked({ calibration: { text: `${text}y`, seqLen: 8 } }) }),
    ],
    [
      'calibration.seqLen is 9, and there 8',
      async () => ({ asked: await asked({ calibration: { text, seqLen: 9 } }) }),
    ],
    ['seed is 4, and there none', async () => ({ asked: await asked({ calibration: { text, seqLen: 8 }, seed: 4 }) })],
    ['SHA-256 of the weights is ef', () => ({ model: { id: 'stories', blocks: 3, fingerprint: 'ef' } })],
    ['type of weights is F16', () => ({ madeBy: { lopper: '0.1.0', adapter: 'a card', dtype: 'F16' } })],
    ['version of Lopper is 0.0.9', () => ({ madeBy: { lopper: '0.0.9', adapter: 'a card', dtype: 'F32' } })],
    ['number of parts is 7', () => ({ part: { index: 2, of: 7 } })],
    ['number of tokens is 8', () => ({ report: { ...report, tokens: 8 } })],
    [
      'walks, which follows the memory, is [0,2]',
      () => ({ report: { ...report, part: { index: 2, of: 3, walks: [0, 2] } } }),
    ],
  ])('%s', async (what, other) => {
    await expect(join(part(1), part(2, await other()))).rejects.toMatchObject({
      code: 'result-mismatch',
      message: expect.stringMatching(
        new RegExp(`^b is no part of the same work as a: its .*${what.replace(/[[\]]/g, '.')}`),
      ),
    });
  });

  it('but not by the adapter: that is said', async () => {
    const madeBy = { lopper: '0.1.0', adapter: 'another card', dtype: 'F32' };
    const { notes } = await join(part(1), part(2, { madeBy }), part(3));
    expect(notes[0]).toContain('a card; another card');
  });
});
