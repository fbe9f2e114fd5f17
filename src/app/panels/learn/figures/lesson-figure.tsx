import type { Facts } from '../../../words/lessons/facts';
import type { Look } from '../../../words/lessons/lesson';
import { BarsFigure } from './bars-figure';
import css from './figures.module.css';
import { GrowthFigure } from './growth-figure';
import { LossFigure } from './loss-figure';
import { MendFigure } from './mend-figure';
import { PairFigure } from './pair-figure';
import { RaceFigure } from './race-figure';
import { TasksFigure } from './tasks-figure';

/** The one figure of a step: few words, no controls, and sizes in `em`, so that it can be read from the last row. */
export function LessonFigure({ look, facts }: { look: Look; facts: Facts }) {
  return <figure className={css.figure}>{figureOf(look, facts)}</figure>;
}

function figureOf({ figure, blind, moment }: Look, facts: Facts) {
  switch (figure.kind) {
    case 'loss':
      return <LossFigure facts={facts} />;
    case 'bars':
      return <BarsFigure />;
    case 'pair':
      return <PairFigure facts={facts} blind={blind} />;
    case 'race':
      return <RaceFigure facts={facts} runners={figure.runners} blind={blind} />;
    case 'tasks':
      return <TasksFigure facts={facts} tasks={figure.tasks} without={figure.without} mended={figure.mended} />;
    case 'mend':
      return <MendFigure {...figure} facts={facts} />;
    case 'growth':
      return <GrowthFigure facts={facts} step={moment?.step} />;
  }
}
