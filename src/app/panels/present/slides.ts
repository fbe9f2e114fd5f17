import type { Look } from '../../words/lessons/lesson';

/** A view of the page as it is shown to a class. */
export interface Slide {
  readonly title: string;
  readonly look: Look;
}

/** Without a lesson, the clicker walks these: the figures that can be read from the last row. */
export const SLIDES: readonly Slide[] = [
  { title: 'Which layers matter?', look: { view: 'one', figure: { kind: 'bars' } } },
  { title: 'Do two measures agree?', look: { view: 'all', figure: { kind: 'pair' } } },
  { title: 'When did they become important?', look: { view: 'training', figure: { kind: 'growth' } } },
  {
    title: 'What should go?',
    look: {
      view: 'curves',
      figure: {
        kind: 'race',
        runners: [
          { unit: 'attn', metric: 'loo-loss', name: 'attention' },
          { unit: 'ffn', metric: 'loo-loss', name: 'feed-forward' },
        ],
      },
    },
  },
  { title: 'How far has the loss come?', look: { view: 'speed', figure: { kind: 'loss' } } },
  { title: 'What is lost?', look: { view: 'tasks', figure: { kind: 'tasks', tasks: ['school', 'school_letters'] } } },
];
