import { SMOLLM2 } from '../../../lab/contract/measured-models';
import { percent } from '../format';
import { change, cost, type Facts, lowest, nats, share } from './facts';
import { dearer, WHICH } from './kinds';
import type { Figure, Lesson } from './lesson';

type Kind = 'attn' | 'ffn';
const third = (f: Facts) => Math.round(f.blocks / 3);
/** What the first `k` of a kind cost together, the cheapest alone going first. */
const first = (f: Facts, kind: Kind, k: number) => f.added(lowest(f, 'loo-loss', kind, k));
/** Layers of a kind that cost less than so much alone. */
const cheap = (f: Facts, kind: Kind, less: number) =>
  Array.from({ length: f.blocks }, (_, b) => cost(f, kind, b)).filter((c) => c < less).length;
/** Nats. */
const LITTLE = 0.05;
const millions = (n: number) => `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} million`;
/** Feed-forward layers that hold as many parameters as a third of the attention. */
const asLarge = (f: Facts) => Math.round((third(f) * f.size.attn) / f.size.ffn);

const RACE: Figure = {
  kind: 'race',
  runners: [
    { unit: 'attn', metric: 'loo-loss', name: 'attention' },
    { unit: 'ffn', metric: 'loo-loss', name: 'feed-forward' },
  ],
};
/** Layers at both ends of the model, of which one is the dearest. */
const ENDS = [
  { kind: 'attn', block: 0, name: 'Attention 0, the first of all' },
  { kind: 'ffn', block: 0, name: 'Feed-forward 0' },
  { kind: 'ffn', block: 29, name: 'Feed-forward 29, the last of all' },
] as const;
const dearest = (f: Facts) => {
  const costs = ENDS.map(({ kind, block }) => cost(f, kind, block));
  return costs.indexOf(Math.max(...costs));
};

export const bigger: Lesson = {
  id: 'bigger',
  title: 'A bigger model',
  minutes: 10,
  about: 'Whether what Sapling shows is so in a model of the world.',
  of: SMOLLM2,
  steps: [
    {
      title: 'A model of the world',
      words: (f) =>
        `This is SmolLM2. It has ${f.blocks} blocks, ${millions(f.parameters)} parameters, and it read the web, where Sapling read stories made for it. Its weights are not here, and need not be: what dropping its layers costs was measured beforehand.`,
      look: { view: 'one', figure: { kind: 'bars' }, metric: 'cosine', mask: '' },
      reveal: () =>
        'The bars show how far each layer turns the stream. The ends stand out, as the paper finds in models fifty times as large.',
      why: () => 'The plan is the same: blocks of one attention and one feed-forward layer, each adding to one stream.',
    },
    {
      title: 'Its first and its last',
      words: () =>
        'Drop one layer, alone. In Sapling the first feed-forward layer was the one that all others stand on. Which is it here?',
      look: { view: 'one', figure: { kind: 'bars' }, metric: 'loo-loss', mask: '', blind: true },
      guess: {
        question: () => 'Without which is the loss highest?',
        choices: ENDS.map(({ name }) => name),
        right: dearest,
      },
      after: { blind: false, mask: 'ffn:0' },
      reveal: (f) =>
        `${ENDS.map(({ kind, block, name }) => `${name}: ${change(cost(f, kind, block))}`).join('. ')}. The full loss is ${nats(f.loss)}.`,
      why: () =>
        'What stands at the bottom is read by all the others, and nothing after the last can make good what it did.',
    },
    {
      title: 'Which kind can rather go?',
      words: (f) =>
        `In Sapling a third of the attention cost more than a third of the feed-forward layers. Here take the ${third(f)} of each kind that cost least alone. Dropped together, which cost more?`,
      look: { view: 'curves', figure: RACE, metric: 'loo-loss', mask: '', blind: true },
      guess: {
        question: (f) => `Which ${third(f)} cost more?`,
        choices: WHICH,
        right: (f) => dearer(first(f, 'attn', third(f)), first(f, 'ffn', third(f))),
      },
      after: { blind: false },
      reveal: (f) =>
        `Attention: ${change(first(f, 'attn', third(f)))}; feed-forward: ${change(first(f, 'ffn', third(f)))}. Alone, ${cheap(f, 'attn', LITTLE)} of ${f.blocks} attention layers cost less than ${LITTLE}, and ${cheap(f, 'ffn', LITTLE)} of the feed-forward layers.`,
      why: () =>
        'So it is in the paper’s large models, and not in Sapling. A model of many blocks looks back many times over; what each feed-forward layer knows, no other knows.',
    },
    {
      title: 'What each saves',
      words: (f) =>
        `Layers are not of one size: an attention layer here has ${millions(f.size.attn)} parameters, a feed-forward layer ${millions(f.size.ffn)}. So ${third(f)} attention layers save about as many as ${asLarge(f)} feed-forward layers. Compare those two.`,
      look: { view: 'speed', figure: RACE, metric: 'loo-loss', mask: '' },
      guess: {
        question: (f) => `Which cost more: the ${third(f)} attention layers or the ${asLarge(f)} feed-forward layers?`,
        choices: WHICH,
        right: (f) => dearer(first(f, 'attn', third(f)), first(f, 'ffn', asLarge(f))),
      },
      reveal: (f) =>
        `${change(first(f, 'attn', third(f)))} and ${change(first(f, 'ffn', asLarge(f)))}: for the room that weights take it is much the same. But attention takes its part of the cache along, ${percent(third(f) / f.blocks, 0)} of it, and ${third(f)} layers less are ${third(f)} steps less to wait for.`,
      why: () => 'What one drops depends on what one is short of: memory for weights, memory for long texts, or time.',
    },
    {
      title: 'Would questions have told?',
      words: (f) =>
        `It was asked ${f.answers('mmlu-lopper', '').n} questions of all subjects by letter, four letters each, as the paper asks. All layers: ${share(f.answers('mmlu-lopper', ''))}. Now half of its feed-forward layers go, and the loss rises by ${change(first(f, 'ffn', f.blocks / 2))}. How many are right?`,
      look: { view: 'tasks', figure: { kind: 'tasks', tasks: ['mmlu-lopper'] }, metric: 'loo-loss', mask: '' },
      guess: {
        question: () => 'Right answers, in percent',
        percent: true,
        right: (f) => 100 * f.answers('mmlu-lopper', lowest(f, 'loo-loss', 'ffn', f.blocks / 2)).accuracy,
        near: 5,
      },
      reveal: (f) =>
        `${share(f.answers('mmlu-lopper', lowest(f, 'loo-loss', 'ffn', f.blocks / 2)))}. Blind guessing comes to ${percent(f.answers('mmlu-lopper', '').chance, 0)}, and the full model did no better.`,
      why: () =>
        'Who knows no answers has none to lose: so small a model shows nothing by such questions. The loss tells what was lost. Always ask first what the full model can do.',
    },
  ],
};
