import { expect, it } from 'vitest';
import { accuracyOf } from '../../../benchmarks/statistics';
import { parseDropList } from '../../../pruning/drop-list';
import type { Tried } from '../../store/shelf';
import { compareTried } from './compare';

const origin = { kind: 'here', adapter: 'a' } as const;
const report = (correct: number, data = 'aa') =>
  ({ results: [accuracyOf(9, 10), accuracyOf(correct, 10)], dataSha256: data, shots: 0, chat: false }) as never;
function tried(drop: string, nll: readonly number[], { text = 'stories', correct = 5, data = 'aa' } = {}): Tried {
  const mask = { blocks: 4, dropped: parseDropList(drop) };
  const scored = (losses: readonly number[]) => ({
    loss: losses.reduce((a, b) => a + b) / (10 * losses.length),
    perplexity: 1,
    tokens: 10 * losses.length,
    parts: { of: 'windows' as const, nll: losses, tokens: losses.map(() => 10) },
    mask,
    origin,
  });
  return {
    mask,
    pinned: false,
    loss: { full: scored(nll.map(() => 10)), pruned: scored(nll), text },
    results: { school: { report: report(correct, data), origin } },
  };
}

it('two masks are told apart by what goes in one of them only, whatever the order', () => {
  const { onlyFirst, onlySecond } = compareTried(tried('attn:1,ffn:2', [10, 11]), tried('ffn:2,attn:3', [10, 11]));
  expect([onlyFirst, onlySecond]).toEqual([[{ block: 1, kind: 'attn' }], [{ block: 3, kind: 'attn' }]]);
});

it('their losses are paired window by window', () => {
  const { loss } = compareTried(tried('attn:1', [10, 30, 20]), tried('attn:2', [11, 31, 21]));
  expect(loss).toEqual({ difference: expect.closeTo(0.1), interval: [expect.closeTo(0.1), expect.closeTo(0.1)] });
});

it('losses of one text in other windows are not compared: the full model has another loss there', () => {
  const wide = tried('attn:1', [10, 30]);
  const full = { ...wide.loss!.full, loss: 0.9 };
  const { loss } = compareTried(tried('attn:2', [11, 31]), { ...wide, loss: { ...wide.loss!, full } });
  expect(loss).toBe('other text');
});

it('losses on two texts are not compared, nor accuracies on other items called alike', () => {
  const other = tried('attn:2', [11, 31], { text: 'mine.txt', correct: 7, data: 'bb' });
  const { loss, tasks } = compareTried(tried('attn:1', [10, 30]), other);
  expect(loss).toBe('other text');
  expect(tasks.map((t) => [t.task, t.first.correct, t.second.correct, t.alike])).toEqual([['school', 5, 7, false]]);
});
