import { expect, it } from 'vitest';
import type { CurvePoint, ModelReport } from '../../../lab/contract';
import type { Curve } from '../../store/curves';
import { foundFor } from './found';

const model = { blocks: 2, parameters: 100, attnParameters: [10, 10], ffnParameters: [20, 20] } as never as ModelReport;
const curve = (id: number, text: string, added: number): Curve => {
  const point = (removed: number, loss: number) =>
    ({ removed, loss, dropped: removed ? [{ block: id, kind: 'attn' }] : [] }) as never as CurvePoint;
  return {
    id,
    text,
    report: { strategy: 'greedy', unit: 'attn', points: [point(0, 1), point(1, 1 + added)] },
  } as never;
};
const goal = { saves: 'parameters', share: 0.05 } as const;

it('losses of two texts are not ranked among each other: those of the text in use come first', () => {
  const curves = [curve(0, 'code', 0.01), curve(1, 'stories', 0.2)];
  const texts = (text: string) => foundFor(goal, curves, model, [], text).map((one) => one.curve.text);
  expect(texts('stories')).toEqual(['stories', 'code']);
  expect(texts('code')).toEqual(['code', 'stories']);
});
