import { expect, it } from 'vitest';
import { legendTicks } from './legend-ticks';
import { placementOf } from './placement';

const anchors = { floor: 0.001, top: 10, linearTop: 1 };
const texts = (values: number[], choice: 'log' | 'linear' | 'own') =>
  legendTicks(placementOf(values, { choice, anchors })).map(({ text }) => text);

it('a legend has an end below zero where something lies there, and says where nothing is told apart', () => {
  expect(texts([0.2, 3], 'log')).toEqual(['≤ 0.001', '0.1', '10']);
  expect(texts([-0.013, 3], 'log')).toEqual(['−0.1', '±0.001', '0.1', '10']);
  expect(texts([0.2, 3], 'linear')).toEqual(['0', '0.5', '1']);
});

it('a fitted legend ends where its values do', () => {
  expect(texts([0.1, 0.2, 0.4], 'own')).toEqual(['0', '0.2', '0.4']);
});
