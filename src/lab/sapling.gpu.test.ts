import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { Lab } from './jobs';
import { job, readJson, testLab } from './testing';

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
