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
        `${share(f.answers(LETTERS, HEAD))}, between ${percent(f.answers(LETTERS, HEAD).interval[0], 0)} and ${percent(f.answers(LETTERS, HEAD).interval[1], 0)}: not to be told from blind guessing, ${percent(f.answers(LETTERS, HEAD).chance, 0)}. The model knows and cannot say it.`,
      why: () =>
        'One head in attention 7 looks from the colon after “Answer” back to the right option and brings its letter. Without it nothing else of that skill is of use.',
    },
    {
      title: 'Would the loss have told?',
      words: (f) =>
        `On stories attention 0 costs only ${change(cost(f, 'attn', 0))}: whoever looks at the loss would drop it gladly. What becomes of the answers by letter, of which ${share(f.answers(LETTERS, ''))} were right?`,
      look: { view: 'items', figure: BOTH, metric: 'loo-loss', mask: '' },
      guess: {
        question: () => 'Without attention 0, the answers by letter\u00a0…',
        choices: ['stay as they are', 'get a little worse', 'fall to blind guessing'],
        right: (f) => {
          const [full, left] = [f.answers(LETTERS, ''), f.answers(LETTERS, 'attn:0')];
          return left.accuracy > full.interval[0] ? 0 : left.interval[0] > left.chance ? 1 : 2;
        },
      },
      after: { mask: 'attn:0' },
      reveal: (f) =>
        `${share(f.answers(LETTERS, 'attn:0'))} are right: blind guessing again, while in words it is ${share(f.answers('school', 'attn:0'))}. Stories never ask for a letter, so their loss cannot tell that the skill is gone.`,
      why: () =>
        'Attention 0 puts an option’s words at its letter, attention 7 fetches the letter. The paper finds such trades in large models: what is chosen by one task costs another. Measure the task that you need.',
    },
  ],
};
