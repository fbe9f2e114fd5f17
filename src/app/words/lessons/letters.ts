import { percent } from '../format';
import { change, cost, type Facts, share } from './facts';
import type { Figure, Lesson } from './lesson';

const LETTERS = 'school_letters';
const HEAD = 'attn:7';
const WORDS: Figure = { kind: 'tasks', tasks: ['school'] };
const BOTH: Figure = { kind: 'tasks', tasks: ['school', LETTERS] };
const points = (f: Facts, task: 'school' | 'school_letters') =>
  Math.round(100 * (f.answers(task, '').accuracy - f.answers(task, HEAD).accuracy));

export const letters: Lesson = {
  id: 'letters',
  title: 'One task pays for another',
  minutes: 10,
  about: 'A layer that one way of asking cannot do without, and the other does not miss.',
  steps: [
    {
      title: 'One question, two ways to ask',
      words: (f) =>
        `Sapling is asked ${f.answers('school', '').n} school questions with four answers each. In words: which answer does it find likeliest? By letter: the answers stand there as A, B, C, D, and it has to say the letter. It gets ${share(f.answers('school', ''))} and ${share(f.answers(LETTERS, ''))} right; blind guessing gets ${percent(f.answers('school', '').chance, 0)}.`,
      look: { view: 'tasks', figure: BOTH, metric: 'loo-loss', mask: '', blind: true },
      why: () =>
        'To answer by letter a model has to know the answer, and besides to find where it stands and to copy its letter. That is a second skill.',
    },
    {
      title: 'Drop attention 7: the facts',
      words: (f) =>
        `Attention 7 is one of ${2 * f.blocks} layers. Without it, how many of the questions are still answered right in words? It was ${share(f.answers('school', ''))}.`,
      look: { view: 'tasks', figure: WORDS, metric: 'loo-loss', mask: '', blind: true },
      guess: {
        question: () => 'Right answers in words, without attention 7',
        percent: true,
        right: (f) => 100 * f.answers('school', HEAD).accuracy,
        near: 5,
      },
      after: { figure: { ...WORDS, without: HEAD } },
      reveal: (f) =>
        `${share(f.answers('school', HEAD))}: ${points(f, 'school')} ${points(f, 'school') === 1 ? 'point' : 'points'} less, which with so many questions may be chance. What the model knows does not live in this layer.`,
      why: () => 'Facts sit in many layers, mostly in feed-forward ones, and one attention layer less is not missed.',
    },
    {
      title: 'Drop attention 7: the letters',
      words: (f) =>
        `The same model without attention 7 is now asked by letter. It still knows the answers, as you have seen. With all layers it had ${share(f.answers(LETTERS, ''))}.`,
      look: { view: 'tasks', figure: BOTH, metric: 'loo-loss', mask: '', blind: true },
      guess: {
        question: () => 'Right answers by letter, without attention 7',
        percent: true,
        right: (f) => 100 * f.answers(LETTERS, HEAD).accuracy,
        near: 8,
      },
      after: { mask: HEAD, blind: false },
      reveal: (f) =>
        `${share(f.answers(LETTERS, HEAD))}, between ${percent(f.answers(LETTERS, HEAD).interval[0], 0)} and ${percent(f.answers(LETTERS, HEAD).interval[1], 0)}: no better than blind guessing, ${percent(f.answers(LETTERS, HEAD).chance, 0)}. The model knows and cannot say it.`,
      why: () =>
        'One head in attention 7 looks from the colon after "Answer" back to the right option and brings its letter. No other layer does that.',
    },
    {
      title: 'Would the loss have told?',
      words: (f) =>
        `On stories attention 7 costs ${change(cost(f, 'attn', 7))}. Feed-forward 7 costs ${change(cost(f, 'ffn', 7))}, more than that. If you only knew these two numbers, which one would you drop to keep the letters?`,
      look: { view: 'items', figure: BOTH, metric: 'loo-loss', mask: '' },
      guess: {
        question: () => 'Which one costs more answers by letter?',
        choices: ['Attention 7', 'Feed-forward 7', 'Both about the same'],
        right: (f) => {
          const [attn, ffn] = [f.answers(LETTERS, HEAD).accuracy, f.answers(LETTERS, 'ffn:7').accuracy];
          return Math.abs(attn - ffn) < 0.05 ? 2 : attn < ffn ? 0 : 1;
        },
      },
      after: { mask: 'ffn:7' },
      reveal: (f) =>
        `Without feed-forward 7 ${share(f.answers(LETTERS, 'ffn:7'))} are right by letter, without attention 7 ${share(f.answers(LETTERS, HEAD))}. The loss on a text does not say which skill pays.`,
      why: () =>
        'The paper finds the same in large models: choosing layers for one task costs another. Measure the task that you need.',
    },
  ],
};
