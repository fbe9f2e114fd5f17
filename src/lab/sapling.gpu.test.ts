import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { ScoreReport } from './contract';
import type { Lab } from './jobs';
import { drop, job, readJson, testLab } from './testing';

/** What a plain float64 implementation that shares no code with this one gives for the weights that ship. */
const oracle: { loss: number; leaveOneOut: number[]; windows: number[][] } = readJson('tools/sapling/oracle.json');
const text = readFileSync('public/calibration/sapling.txt', 'utf8');

let lab: Lab;
beforeAll(async () => {
  lab = testLab().lab;
  await lab.open({ kind: 'bundled' }, job());
});

test('Sapling’s loss on its calibration text is the oracle’s', async () => {
  const [ofText] = await lab.score({ calibration: { text, seqLen: 256 }, masks: [[]], windows: true }, job());
  const [ofIds] = await lab.score({ calibration: { ids: oracle.windows }, masks: [[]], windows: true }, job());
  expect(ofText!.windows).toHaveLength(oracle.windows.length);
  expect(ofText!.windows).toEqual(ofIds!.windows);
  expect(Math.abs(ofText!.loss! - oracle.loss)).toBeLessThan(2e-5);
});

test('so are its losses without each block', async () => {
  const { values } = await lab.influence(
    { calibration: { ids: oracle.windows }, metric: 'loo-loss', unit: 'block' },
    job(),
  );
  expect(values).toHaveLength(oracle.leaveOneOut.length);
  for (const [block, loss] of oracle.leaveOneOut.entries())
    expect(Math.abs(values[block]! - loss), `block ${block}`).toBeLessThan(1e-4);
});

test('what leave-one-out takes is told beforehand, and once it is walked at the pace it went', async () => {
  const request = { calibration: { text, seqLen: 256 }, metric: 'loo-loss', unit: 'sublayer' } as const;
  const before = await lab.cost('influence', request);
  const { attnParameters } = await lab.describe({ kind: 'bundled' }, job());
  // Half of the passes, about: what feed-forward layers weigh more than attention moves it a little.
  expect(before!.passes / (attnParameters.length + 0.5)).toBeCloseTo(1, 1);
  expect(before!.seconds).toBeGreaterThan(0);
  expect(before!.seconds).toBeLessThan(3600);
  const started = performance.now();
  await lab.influence(request, job());
  const took = (performance.now() - started) / 1000;
  const after = await lab.cost('influence', request);
  expect(after).toMatchObject({ passes: before!.passes, bytes: before!.bytes });
  expect(after!.seconds / took).toBeGreaterThan(1 / 3);
  expect(after!.seconds / took).toBeLessThan(3);
});

test('a loss that comes window by window ends as one that is walked at once, to the last bit, and its first windows are those', async () => {
  const stories = readFileSync('public/calibration/stories.txt', 'utf8');
  const request = { calibration: { text: stories, seqLen: 128, maxWindows: 8 }, masks: [[], drop('attn:7')] };
  // Opened anew, nobody knows how fast it is walked: a window goes ahead on any adapter.
  await lab.open({ kind: 'bundled' }, job());
  const soFar: ScoreReport[][] = [];
  const slowly = await lab.score(request, { ...job(), onSoFar: (reports) => void soFar.push(reports) });
  // Calibrations that differ share nothing that was measured.
  const ids = (await lab.tokenize(stories)).ids;
  const windows = Array.from({ length: 8 }, (_, w) => ids.slice(128 * w, 128 * (w + 1)));
  const atOnce = await lab.score({ ...request, calibration: { ids: windows } }, job());
  const told = ({ loss, tokens, parts }: ScoreReport) => ({ loss, tokens, parts });
  expect(slowly.map(told)).toEqual(atOnce.map(told));
  expect(slowly[0]!.parts.tokens).toEqual(Array(8).fill(127));
  expect(slowly[0]).not.toHaveProperty('partial');
  expect(soFar.map(([full]) => full!.partial!.windows)).toEqual([1, 2, 4]);
  for (const reports of soFar) {
    for (const [b, { parts, partial }] of reports.entries()) {
      expect(partial).toEqual({ windows: parts.nll.length, of: 8 });
      expect(parts.nll).toEqual(atOnce[b]!.parts.nll.slice(0, parts.nll.length));
    }
  }
});
