import type { ShippedRecovery } from '../../../lab/files/shipped-file';
import { percent, whole } from '../format';
import { change, type Facts, nats, share, type TaskName } from './facts';
import type { Figure, Lesson } from './lesson';

const STORIES = 'calibration/stories.txt';
const SHORT = 'calibration/sapling.txt';

/** The masks that are mended beforehand, on which text, and what they are asked then. */
export const MENDED: readonly {
  readonly drop: string;
  readonly source: string;
  readonly tasks: readonly TaskName[];
  /** By distillation too. */
  readonly distilled?: true;
}[] = [
  { drop: 'block:7', source: STORIES, tasks: [], distilled: true },
  { drop: 'attn:7', source: STORIES, tasks: ['school_letters', 'school'] },
  { drop: 'attn:2,3,10', source: STORIES, tasks: [], distilled: true },
  { drop: 'block:2-6', source: STORIES, tasks: [], distilled: true },
  { drop: 'block:7', source: SHORT, tasks: [] },
];

type Mender = Pick<ShippedRecovery['by'][number], 'method' | 'rank'>;

/** What stands in for their layers. */
export const MENDERS: readonly Mender[] = [
  { method: 'mean' },
  { method: 'linear', rank: 8 },
  { method: 'linear', rank: 32 },
  { method: 'distill', rank: 8 },
];
const [MEAN, RANK_8, RANK_32, TAUGHT] = [0, 1, 2, 3] as const;

/** The loss on the half of the text that was not fitted on; of a stand-in, by its number among `MENDERS`. */
const left = (f: Facts, drop: string, by?: number, source = STORIES): number => {
  const { pruned, by: all } = f.mended(drop, source);
  return by === undefined ? pruned[1] : all[by]!.loss[1];
};
const fullLoss = (f: Facts, drop: string): number => f.mended(drop, STORIES).full[1];
const undone = (f: Facts, drop: string, by: number): number =>
  (left(f, drop) - left(f, drop, by)) / (left(f, drop) - fullLoss(f, drop));

const figure = (drop: string, shown: readonly number[], source = STORIES, both = false): Figure => ({
  kind: 'mend',
  ...{ drop, source, shown, both },
});
const LETTERS: Figure = { kind: 'tasks', tasks: ['school', 'school_letters'] };

export const mend: Lesson = {
  id: 'mend',
  title: 'Mend it',
  minutes: 10,
  about: 'What can stand in a dropped layer’s place, and what it cannot bring back.',
  steps: [
    {
      title: 'One vector in the gap',
      words: (f) =>
        `Without block 7 the loss on stories rises from ${nats(fullLoss(f, 'block:7'))} to ${nats(left(f, 'block:7'))}. Something cheap may stand in the gap: the mean of what the block added, one vector, the same for every token. It is worked out on one half of the text and judged on the other.`,
      look: { view: 'recovery', figure: figure('block:7', []), metric: 'loo-loss', mask: 'block:7' },
      guess: {
        question: () => 'How much of the damage does one vector undo?',
        percent: true,
        right: (f) => 100 * undone(f, 'block:7', MEAN),
        near: 10,
      },
      after: { figure: figure('block:7', [MEAN]) },
      reveal: (f) =>
        `${percent(undone(f, 'block:7', MEAN), 0)}: the loss is ${nats(left(f, 'block:7', MEAN))}, and all the block’s work is gone but its average.`,
      why: () =>
        'Much of what a layer adds is alike for every token, and the layers above count on it. The paper calls this the emulated update.',
    },
    {
      title: 'A map of eight directions',
      words: () =>
        'Better if what is added depends on what is read. A linear map of rank 8 looks at eight directions of the stream and writes a mixture of eight others. It is fitted in one step, without training, and is far smaller than the block.',
      look: { view: 'recovery', figure: figure('block:7', [MEAN]), mask: 'block:7' },
      guess: {
        question: () => 'The linear map undoes\u00a0…',
        choices: ['about as much as the vector', 'about three quarters', 'nine tenths or more'],
        right: (f) => {
          const part = undone(f, 'block:7', RANK_8);
          return part < undone(f, 'block:7', MEAN) + 0.1 ? 0 : part < 0.9 ? 1 : 2;
        },
      },
      after: { figure: figure('block:7', [MEAN, RANK_8, RANK_32]) },
      reveal: (f) =>
        `${percent(undone(f, 'block:7', RANK_8), 0)}: loss ${nats(left(f, 'block:7', RANK_8))}. With 32 directions it is ${nats(left(f, 'block:7', RANK_32))}, where the full model has ${nats(fullLoss(f, 'block:7'))}. On stories the block is hardly missed any more.`,
      why: () =>
        'On one kind of text a layer does much the same thing over and over, and a straight line through that is close enough. On other kinds of text it was never tried.',
    },
    {
      title: 'Taught by the full model',
      words: () =>
        'A map can also be trained: its numbers are nudged, forty times over, so that the model with the map predicts what the full model predicts. This is distillation. The map stays of rank 8, and nothing else in the model changes.',
      look: { view: 'recovery', figure: figure('block:7', [RANK_8, RANK_32]), mask: 'block:7' },
      guess: {
        question: () => 'Trained, the map of rank 8 is\u00a0…',
        choices: ['no better', 'nearly as good as rank 32', 'better than rank 32'],
        right: (f) => {
          const loss = left(f, 'block:7', TAUGHT);
          if (loss > left(f, 'block:7', RANK_8) - 0.01) return 0;
          return loss > left(f, 'block:7', RANK_32) ? 1 : 2;
        },
      },
      after: { figure: figure('block:7', [RANK_8, RANK_32, TAUGHT]) },
      reveal: (f) =>
        `The loss falls from ${nats(left(f, 'block:7', RANK_8))} to ${nats(left(f, 'block:7', TAUGHT))}; the map of rank 32 has ${nats(left(f, 'block:7', RANK_32))}, with four times the numbers.`,
      why: () =>
        'In one step a map is fitted to the block’s own update, all of it. Training asks only for what the predictions need, and eight directions go further so. It takes a gradient through every layer above.',
    },
    {
      title: 'Is it mended?',
      words: (f) =>
        `Now attention 7, which carries the letters. Without it the loss is ${nats(left(f, 'attn:7'))}; with a map of rank 8 in its place ${nats(left(f, 'attn:7', RANK_8))}, as in the full model (${nats(fullLoss(f, 'attn:7'))}). Answers by letter had fallen from ${share(f.answers('school_letters', ''))} to ${share(f.answers('school_letters', 'attn:7'))}.`,
      look: { view: 'recovery', figure: figure('attn:7', [MEAN, RANK_8]), mask: 'attn:7' },
      guess: {
        question: () => 'Right answers by letter, with the map in the gap',
        percent: true,
        right: (f) => 100 * f.mendedAnswers('school_letters', 'attn:7', STORIES, RANK_8).accuracy,
        near: 8,
      },
      after: { figure: { ...LETTERS, mended: { drop: 'attn:7', source: STORIES, by: RANK_8 } } },
      reveal: (f) =>
        `${share(f.mendedAnswers('school_letters', 'attn:7', STORIES, RANK_8))}: blind guessing still. By its loss the model is whole again, and it has not got its skill back.`,
      why: () =>
        'The map reads one token at a time. Attention 7 fetched the letter from another token, which no such map can do. Stories never ask for a letter, so their loss cannot tell.',
    },
    {
      title: 'Five blocks at once',
      words: (f) =>
        `Blocks 2 to 6, almost half of the tower, cost ${change(left(f, 'block:2-6') - fullLoss(f, 'block:2-6'))} together on this text. Each is now given the mean of what it added, one after the other from below, each worked out in the model that is mended so far.`,
      look: { view: 'recovery', figure: figure('block:2-6', []), mask: 'block:2-6' },
      guess: {
        question: () => 'Five vectors undo\u00a0…',
        choices: ['less than half', 'half to three quarters', 'more than three quarters'],
        right: (f) => {
          const part = undone(f, 'block:2-6', MEAN);
          return part < 0.5 ? 0 : part <= 0.75 ? 1 : 2;
        },
      },
      after: { figure: figure('block:2-6', [MEAN, RANK_8, RANK_32]) },
      reveal: (f) =>
        `${percent(undone(f, 'block:2-6', MEAN), 0)}. Linear maps even come to ${nats(left(f, 'block:2-6', RANK_8))}, below the full model’s ${nats(fullLoss(f, 'block:2-6'))}: they were fitted to stories alone, and stories alone are asked. Or it is chance; this text is short.`,
      why: () =>
        'Layers in the middle add little, and much of that alike. What stands in for them knows one kind of text; the model knew more.',
    },
    {
      title: 'Worse than nothing',
      words: (f) =>
        `All that was fitted on ${whole(f.mended('block:7', STORIES).tokens[0])} tokens. Here the map of rank 32 for block 7 saw ${f.mended('block:7', SHORT).tokens[0]}. On these its loss is ${nats(f.mended('block:7', SHORT).by[RANK_32]!.loss[0])}, where plain removal has ${nats(f.mended('block:7', SHORT).pruned[0])}: splendid. On text it has not seen, plain removal has ${nats(left(f, 'block:7', undefined, SHORT))}.`,
      look: { view: 'recovery', figure: figure('block:7', [], SHORT, true), mask: 'block:7' },
      guess: {
        question: () => 'On text it has not seen, the map is\u00a0…',
        choices: ['better than plain removal', 'much the same', 'worse than plain removal'],
        right: (f) => {
          const ratio = left(f, 'block:7', RANK_32, SHORT) / left(f, 'block:7', undefined, SHORT);
          return ratio < 0.9 ? 0 : ratio <= 1.1 ? 1 : 2;
        },
      },
      after: { figure: figure('block:7', [RANK_32], SHORT, true) },
      reveal: (f) =>
        `${nats(left(f, 'block:7', RANK_32, SHORT))}: far worse than leaving the gap empty. It has learned its few tokens by heart and is sure of them everywhere.`,
      why: () =>
        'A recovery is judged on text that it was not fitted on, or it is not judged. Lopper holds out every second window, and says so where a recovery is worse than plain removal.',
    },
  ],
};
