import { blindLoss, blocksOf, change, cost, type Facts, nats } from './facts';
import type { Lesson } from './lesson';

/** Below this a layer costs next to nothing: nats per token. */
const LITTLE = 0.02;
const MUCH = 0.2;
const HOW_MUCH = ['Hardly at all: less than 0.02', 'Some: 0.02 to 0.2', 'A lot: more than 0.2'];
const sizeOf = (added: number) => (added < LITTLE ? 0 : added < MUCH ? 1 : 2);

/** The span whose parts are little by themselves. */
const SPAN = [2, 3, 4, 5, 6];
const SPAN_MASK = 'block:2-6';
const apart = (f: Facts) => SPAN.reduce((sum, block) => sum + cost(f, 'block', block), 0);

/** How many layers cost next to nothing alone. */
const cheap = (f: Facts) =>
  blocksOf(f)
    .flatMap((b) => [cost(f, 'attn', b), cost(f, 'ffn', b)])
    .filter((c) => c < LITTLE).length;

export const drop: Lesson = {
  id: 'drop',
  title: 'Drop a layer',
  minutes: 5,
  about: 'What a layer is, and what happens to a model that has to do without one.',
  steps: [
    {
      title: 'A tower of layers',
      words: (f) =>
        `Sapling is a small language model. A text enters at the bottom; ${f.blocks} blocks, each with an attention and a feed-forward layer, add to a stream that rises to the top, where the next piece of a word is guessed. The loss says how wrong the guesses are: ${nats(f.loss)} now, ${nats(blindLoss(f))} for blind guessing.`,
      look: { view: 'one', figure: { kind: 'loss' }, mask: '', metric: 'loo-loss', blind: true },
      why: () =>
        'The loss is the average surprise at the piece of a word that really came: 0 would mean that every one was foreseen. Every number in these lessons was measured on this model and comes with the page.',
    },
    {
      title: 'The stream goes past',
      words: () =>
        'Click a cell of the tower: that layer is dropped, the stream goes past it and the loss is told again. Click it once more and it is back. What will the loss do without attention 3?',
      look: { view: 'one', figure: { kind: 'loss' }, mask: '', blind: true },
      guess: {
        question: () => 'Without attention 3 the loss rises\u00a0…',
        choices: HOW_MUCH,
        right: (f) => sizeOf(cost(f, 'attn', 3)),
      },
      after: { mask: 'attn:3' },
      reveal: (f) =>
        `It changes by ${change(cost(f, 'attn', 3))}, from ${nats(f.loss)}. That is no exception: ${cheap(f)} of the ${2 * f.blocks} layers cost less than ${LITTLE} when they are dropped alone.`,
      why: () =>
        'Each layer only adds to the stream. Where little is added, or where others can add the same, nothing much is missed.',
    },
    {
      title: 'The one that all stand on',
      words: () =>
        'Not all layers are like that one. At the very bottom, feed-forward 0 is the first to look at each piece of a word by itself. What will the loss do without it?',
      look: { view: 'one', figure: { kind: 'loss' }, mask: '', blind: true },
      guess: {
        question: () => 'Without feed-forward 0 the loss rises\u00a0…',
        choices: HOW_MUCH,
        right: (f) => sizeOf(cost(f, 'ffn', 0)),
      },
      after: { mask: 'ffn:0' },
      reveal: (f) =>
        `By ${change(cost(f, 'ffn', 0))}: to ${nats(f.loss + cost(f, 'ffn', 0))}, which is worse than blind guessing (${nats(blindLoss(f))}). The model is now sure of the wrong things.`,
      why: () =>
        'All later layers learned to read what this one writes. Without it they read a language they have never seen, and go on as confidently as before.',
    },
    {
      title: 'Does small and small stay small?',
      words: (f) =>
        `Blocks 2 to 6 are ten layers, almost half of the tower. Dropped one block at a time they cost ${SPAN.map((b) => change(cost(f, 'block', b))).join(', ')}: together ${change(apart(f))}. Now drop all five at once.`,
      look: { view: 'find', figure: { kind: 'loss' }, mask: '', blind: true },
      guess: {
        question: () => 'All five at once cost\u00a0…',
        choices: ['less than the sum', 'about the sum', 'more than twice the sum'],
        right: (f) => {
          const ratio = f.added(SPAN_MASK) / apart(f);
          return ratio < 0.8 ? 0 : ratio <= 2 ? 1 : 2;
        },
      },
      after: { mask: SPAN_MASK, blind: false },
      reveal: (f) =>
        `They cost ${change(f.added(SPAN_MASK))} together, against ${change(apart(f))} as a sum. The cells now show what each layer costs alone: none of them says what a set of them will cost.`,
      why: () =>
        'Layers share their work. Drop one, and its neighbours still do the job; drop them all, and nobody does. To choose a set one has to measure sets.',
    },
  ],
};
