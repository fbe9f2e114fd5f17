import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readShipped } from '../../src/lab/files/shipped-file';

const FOLDER = 'public/models/sapling';
const results = readShipped(readFileSync(`${FOLDER}/results.json`, 'utf8'));
const card = readFileSync(`${FOLDER}/README.md`, 'utf8');
const percent = (share: number) => (100 * share).toFixed(1).replace('100.0', '100');

test.each(results.evaluations.map((e) => [e.task, e.results[0]!] as const))(
  'the card gives the shipped accuracy of %s, with n and interval',
  (task, { n, accuracy, interval }) => {
    const row = card.split('\n').find((line) => line.startsWith(`| \`${task}\``))!;
    expect(row).toContain(`${percent(accuracy)}% [${interval.map(percent).join(', ')}] | ${n} |`);
  },
);

test('the card gives the shipped loss', () => {
  expect(card).toContain(`(${results.score.tokens} predicted tokens): loss ${results.score.loss.toFixed(3)}`);
});

test('the card gives the rise of the loss without block 0 and block 7', () => {
  const { values, fullLoss } = results.influence.find((i) => i.metric === 'loo-loss' && i.unit === 'block')!;
  const [zero, seven] = [0, 7].map((block) => (values[block]! - fullLoss!).toFixed(1));
  expect(card).toContain(`leaving out block 0 raises the loss by ${zero}, block 7 by ${seven},`);
});
