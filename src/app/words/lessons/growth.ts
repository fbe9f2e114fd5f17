import { percent } from '../format';
import { type Facts, nats, pointAt } from './facts';
import type { Lesson } from './lesson';

const block = (f: Facts, step: number, b: number) => pointAt(f, 'cosine', step).block[b]!;
const loss = (f: Facts, step: number) => pointAt(f, 'cosine', step).loss;
const right = (f: Facts, step: number) => percent(pointAt(f, 'cosine', step).accuracy?.accuracy ?? 0, 0);
/** The last there is. */
const END = Number.MAX_SAFE_INTEGER;
const most = (values: readonly number[]) => values.reduce((best, v, i) => (v > values[best]! ? i : best), 0);
const BLOCKS = [0, 4, 11];
const amongBlocks = (values: readonly number[]) => most(BLOCKS.map((b) => values[b]!));
const choices = BLOCKS.map((b) => `Block ${b}`);
/** Steps of training that the lesson stops at. */
const [EARLY, MIDDLE] = [256, 512];

export const growth: Lesson = {
  id: 'growth',
  title: 'How it grew up',
  minutes: 5,
  about: 'When in training each block became important.',
  steps: [
    {
      title: 'Before the first lesson',
      words: (f) =>
        `This is Sapling before training: no layer adds anything, and the loss is ${nats(loss(f, 0))}. The tower shows how far each layer turns the stream. Which block will be the first to matter?`,
      look: {
        view: 'training',
        figure: { kind: 'growth' },
        metric: 'cosine',
        mask: '',
        moment: { metric: 'cosine', step: 0 },
      },
      guess: {
        question: () => 'Which turns the stream most, early in training?',
        choices,
        right: (f) => amongBlocks(pointAt(f, 'cosine', EARLY).block),
      },
      after: { moment: { metric: 'cosine', step: EARLY } },
      reveal: (f) =>
        `After ${EARLY} steps it is block 0, with ${nats(block(f, EARLY, 0))}. The loss is no lower yet, ${nats(loss(f, EARLY))}, and ${right(f, EARLY)} of the questions are right, no more than by blind guessing.`,
      why: () =>
        'The bottom comes first, since all others read what it writes. Sapling was helped a little: blocks 2 to 6 and 9 to 11 joined only after 252 steps.',
    },
    {
      title: 'The great fall',
      words: (f) =>
        `Between step ${EARLY} and step ${MIDDLE} the loss falls from ${nats(loss(f, EARLY))} to ${nats(loss(f, MIDDLE))}. All blocks are at work now. Watch the middle of the tower, blocks 2 to 6.`,
      look: {
        view: 'training',
        figure: { kind: 'growth' },
        metric: 'cosine',
        mask: '',
        moment: { metric: 'cosine', step: MIDDLE },
      },
      guess: {
        question: () => 'Will blocks 2 to 6 become important later?',
        choices: ['Yes, more and more', 'No, they stay small'],
        right: (f) => (block(f, END, 4) > 2 * block(f, MIDDLE, 4) ? 0 : 1),
      },
      after: { moment: { metric: 'cosine', step: END } },
      reveal: (f) =>
        `Block 4 had ${nats(block(f, MIDDLE, 4))} then and has ${nats(block(f, END, 4))} at the end. Those who come late find the work done. They are the ones that "Drop a layer" could do without.`,
      why: () =>
        'What a layer is worth is not in its plan but in its history: who learned first, and what was left to learn.',
    },
    {
      title: 'The last comes last',
      words: (f) =>
        `One block had next to nothing at step ${MIDDLE} and went on growing until the very end, while the right answers went from ${right(f, MIDDLE)} to ${right(f, END)}. Which?`,
      look: {
        view: 'training',
        figure: { kind: 'growth' },
        metric: 'cosine',
        mask: '',
        moment: { metric: 'cosine', step: MIDDLE },
      },
      guess: {
        question: () => 'Which gains most from here to the end?',
        choices,
        right: (f) => amongBlocks(pointAt(f, 'cosine', END).block.map((v, b) => v - block(f, MIDDLE, b))),
      },
      after: { moment: { metric: 'cosine', step: END } },
      reveal: (f) =>
        `Block 11, the last: from ${nats(block(f, MIDDLE, 11))} to ${nats(block(f, END, 11))}. It turns what the stream has come to into the next piece of a word, and that is learned last.`,
      why: () =>
        'The paper sees the same in models a thousand times as large: the first block matters early and stays, the last starts near nothing and becomes important by the end.',
    },
  ],
};
