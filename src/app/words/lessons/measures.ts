import { change, cost, type Facts, lowest, lowestFirst, nats } from './facts';
import type { Figure, Lesson } from './lesson';

const turn = (f: Facts, block: number) => f.value('cosine', 'attn', block);
/** Four go by each measure. */
const FOUR = 4;

const RACE: Figure = {
  kind: 'race',
  runners: [
    { unit: 'attn', metric: 'cosine', name: 'by turning' },
    { unit: 'attn', metric: 'loo-loss', name: 'by cost alone' },
  ],
};

export const measures: Lesson = {
  id: 'measures',
  title: 'Two measures disagree',
  minutes: 10,
  about: 'How far a layer turns the stream, and what it costs to drop it: not the same question.',
  steps: [
    {
      title: 'A quick measure',
      words: () =>
        'Dropping every layer in turn takes time. A quick way needs the model to read the text only once: how far does a layer turn the stream on its way up? A layer that leaves its direction as it was has little influence. The longer the bar, the more it turns.',
      look: { view: 'one', figure: { kind: 'bars' }, metric: 'cosine', mask: '' },
      why: () =>
        'It is one minus the cosine of the angle between the stream before the layer and after it: 0 for no turn at all. Many papers choose by it, since it is cheap.',
    },
    {
      title: 'Which attention matters more?',
      words: (f) =>
        `Look at the left column. Attention 0 turns the stream by ${nats(turn(f, 0))}, attention 7 by only ${nats(turn(f, 7))}. Before you see what they cost, say which of the two the model would miss more.`,
      look: { view: 'one', figure: { kind: 'bars' }, metric: 'cosine', mask: '' },
      guess: {
        question: () => 'Dropped alone, which costs more loss?',
        choices: ['Attention 0', 'Attention 7', 'Both about the same'],
        right: (f) => {
          const [a, b] = [cost(f, 'attn', 0), cost(f, 'attn', 7)];
          return Math.max(a, b) < 2 * Math.min(a, b) ? 2 : a > b ? 0 : 1;
        },
      },
      after: { metric: 'loo-loss' },
      reveal: (f) =>
        `Attention 7 costs ${change(cost(f, 'attn', 7))}, attention 0 only ${change(cost(f, 'attn', 0))}. The layer that turns the stream about ${Math.round(turn(f, 0) / turn(f, 7))} times as far is the one that can be spared.`,
      why: () =>
        'A large turn may be one that others would make as well, or that nobody reads. A small one may carry the one thing that is needed.',
    },
    {
      title: 'Neighbours by one, far apart by the other',
      words: (f) =>
        `Attention 7 and attention 10 turn the stream almost alike: ${nats(turn(f, 7))} and ${nats(turn(f, 10))}. The figure puts every layer in order twice, by how far it turns on the left and by what it costs on the right.`,
      look: { view: 'all', figure: { kind: 'pair' }, metric: 'cosine', mask: '', blind: true },
      guess: {
        question: () => 'Without attention 10, what does the loss do?',
        choices: ['It rises as without attention 7', 'It rises, but less', 'It falls'],
        right: (f) => {
          const [ten, seven] = [cost(f, 'attn', 10), cost(f, 'attn', 7)];
          return ten < 0 ? 2 : ten > 0.5 * seven ? 0 : 1;
        },
      },
      after: { metric: 'loo-loss', mask: 'attn:10', blind: false },
      reveal: (f) =>
        `It changes by ${change(cost(f, 'attn', 10))}; without attention 7 it was ${change(cost(f, 'attn', 7))}. On these stories the model does a little better without a layer. On another text that may be otherwise.`,
      why: () =>
        'What a layer costs always depends on the text it is asked about. That is why the text stands at the top of the page beside the model.',
    },
    {
      title: 'Choose four by each',
      words: (f) =>
        `The four attention layers that turn least are ${names(f, 'cosine')}; the four that cost least are ${names(f, 'loo-loss')}. Which four would you rather drop?`,
      look: { view: 'find', figure: RACE, metric: 'cosine', mask: '', blind: true },
      guess: {
        question: () => 'Which four cost less when they go together?',
        choices: ['Those that turn least', 'Those that cost least alone', 'No great difference'],
        right: (f) => {
          const [turned, costed] = both(f);
          return Math.abs(turned - costed) < 0.005 ? 2 : turned < costed ? 0 : 1;
        },
      },
      after: { metric: 'loo-loss', blind: false },
      reveal: (f) => {
        const [turned, costed] = both(f);
        return `By how far they turn: ${change(turned)}. By what they cost alone: ${change(costed)}. Both are averages over ${f.tokens.toLocaleString('en')} pieces of words.`;
      },
      why: () =>
        'The quick measure is a guess at the slow one, and the slow one is a guess at what a set costs. Measure what you mean, where you can afford it.',
    },
  ],
};

const both = (f: Facts): [number, number] => [
  f.added(lowest(f, 'cosine', 'attn', FOUR)),
  f.added(lowest(f, 'loo-loss', 'attn', FOUR)),
];
const names = (f: Facts, metric: 'cosine' | 'loo-loss') =>
  lowestFirst(f, metric, 'attn')
    .slice(0, FOUR)
    .sort((a, b) => a - b)
    .join(', ');
