import { expect, it } from 'vitest';
import { without } from '../../engine/branch';
import { AnswerBook } from './evaluate-answers';

const right = { answer: 0, correct: true, metrics: {} };

it('answers are found again by exam and mask, whatever the order of the mask', () => {
  const book = new AnswerBook();
  book.of('a', without([3, 1])).set(7, right);
  expect(book.of('a', without([1, 3])).get(7)).toBe(right);
  expect(book.of('a', without([1])).size).toBe(0);
  expect(book.of('b', without([1, 3])).size).toBe(0);
});

it("after many masks the oldest are forgotten, the full model's answers never", () => {
  const book = new AnswerBook();
  for (let i = -1; i < 40; i++) book.of('a', without(i < 0 ? [] : [i])).set(0, right);
  expect(book.of('a', without([])).size).toBe(1);
  expect(book.of('a', without([39])).size).toBe(1);
  expect(book.of('a', without([0])).size).toBe(0);
});
