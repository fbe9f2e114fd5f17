import { percent } from '../format';
import { change, type Facts, lowest, nats } from './facts';
import type { Figure, Lesson } from './lesson';

type Kind = 'attn' | 'ffn';
/** What the first `k` of a kind cost together, the cheapest alone going first. */
const first = (f: Facts, kind: Kind, k: number) => f.added(lowest(f, 'loo-loss', kind, k));
const all = (f: Facts, kind: Kind) => f.added(`${kind}:0-${f.blocks - 1}`);
const third = (f: Facts) => Math.round(f.blocks / 3);

const RACE: Figure = {
  kind: 'race',
  runners: [
    { unit: 'attn', metric: 'loo-loss', name: 'attention' },
    { unit: 'ffn', metric: 'loo-loss', name: 'feed-forward' },
  ],
};
export const WHICH = ['The attention layers', 'The feed-forward layers', 'No great difference'];
/** Which of two costs more; neither where they are within a third of one another. */
export const dearer = (attn: number, ffn: number) =>
  Math.abs(attn - ffn) < 0.33 * Math.max(Math.abs(attn), Math.abs(ffn)) ? 2 : attn > ffn ? 0 : 1;

export const kinds: Lesson = {
  id: 'kinds',
  title: 'Attention or feed-forward?',
  minutes: 10,
  about: 'Which kind of layer can rather go, and what each kind saves.',
  steps: [
    {
      title: 'Two kinds of layers',
      words: () =>
        'Attention looks back: it brings what earlier words say to the word at hand. Feed-forward looks at one place by itself, and knows things: what a word means, which city lies where. In the tower attention stands on the left, feed-forward on the right.',
      look: { view: 'one', figure: { kind: 'bars' }, metric: 'loo-loss', mask: '' },
      why: () => 'Both add to the same stream, and each kind reads what the other wrote. A block is one of each.',
    },
    {
      title: 'A third of each',
      words: (f) =>
        `Take the ${third(f)} attention layers that cost least alone, or the ${third(f)} feed-forward layers that cost least alone. Dropped together, which cost the model more?`,
      look: { view: 'curves', figure: RACE, metric: 'loo-loss', mask: '', blind: true },
      guess: {
        question: (f) => `Which ${third(f)} cost more?`,
        choices: WHICH,
        right: (f) => dearer(first(f, 'attn', third(f)), first(f, 'ffn', third(f))),
      },
      after: { blind: false },
      reveal: (f) =>
        `Attention: ${change(first(f, 'attn', third(f)))}; feed-forward: ${change(first(f, 'ffn', third(f)))}. The figure goes on to the last layer: however they are chosen, at some point each line turns up.`,
      why: () =>
        'In Sapling the spare layers are feed-forward ones, in the middle. In large models the paper finds more to spare in attention: up to a third of Mistral’s could go and it answered as well as before.',
    },
    {
      title: 'All of them',
      words: () =>
        'Now be cruel: drop every attention layer, so that no word hears of another; or every feed-forward layer, so that nothing is known of any word. Which leaves the model worse off?',
      look: { view: 'curves', figure: RACE, metric: 'loo-loss', mask: '', blind: true },
      guess: {
        question: () => 'Without which is the loss higher?',
        choices: WHICH,
        right: (f) => dearer(all(f, 'attn'), all(f, 'ffn')),
      },
      after: { mask: 'attn:0-11', blind: false },
      reveal: (f) =>
        `Without attention: ${change(all(f, 'attn'))}, to ${nats(f.loss + all(f, 'attn'))}. Without feed-forward: ${change(all(f, 'ffn'))}, to ${nats(f.loss + all(f, 'ffn'))}. The right end of the figure's lines is this point.`,
      why: () =>
        'Of feed-forward layers the first alone makes the difference, as "Drop a layer" shows: it is what all others stand on.',
    },
    {
      title: 'What is saved',
      words: (f) =>
        `While it writes, a model keeps what each attention layer has read: the cache, which often fills more memory than the model. Feed-forward layers keep nothing. If ${third(f)} of ${f.blocks} attention layers go, how much of the cache goes?`,
      look: { view: 'speed', figure: RACE, metric: 'loo-loss', mask: '' },
      guess: {
        question: () => 'The cache shrinks by\u00a0…',
        choices: ['nothing', '10%', '33%', '50%'],
        right: (f) => nearest(third(f) / f.blocks, [0, 0.1, 0.33, 0.5]),
      },
      after: { mask: 'attn:2,6,9,10' },
      reveal: (f) =>
        `By ${percent(third(f) / f.blocks, 0)}: each layer has its own part of it. So a third of attention may cost ${change(first(f, 'attn', third(f)))} of loss and saves a third of the memory that long texts need.`,
      why: () =>
        'Feed-forward layers hold more of the parameters, attention layers all of the cache. What one drops depends on what one is short of.',
    },
  ],
};

const nearest = (value: number, of: readonly number[]) =>
  of.reduce((best, one, i) => (Math.abs(one - value) < Math.abs(of[best]! - value) ? i : best), 0);
