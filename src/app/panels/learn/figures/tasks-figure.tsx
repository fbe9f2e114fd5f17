import { percent } from '../../../words/format';
import { type Answers, type Facts, share, type TaskName } from '../../../words/lessons/facts';
import type { Figure } from '../../../words/lessons/lesson';
import css from './figures.module.css';
import { known, useDropped } from './use-dropped';

const NAMES: Readonly<Record<TaskName, string>> = {
  school: 'in words',
  school_letters: 'by letter',
  school_math: 'word problems',
  'mmlu-lopper': 'by letter',
};

interface Props {
  readonly facts: Facts;
  readonly tasks: readonly TaskName[];
  /** In the place of what is dropped now. */
  readonly without?: string;
  readonly mended?: Extract<Figure, { readonly kind: 'tasks' }>['mended'];
}

/** Right answers with their 95% intervals: of the full model, and of what is left of it; and where blind guessing lies. */
export function TasksFigure({ facts, tasks, without, mended }: Props) {
  const dropped = useDropped();
  const gone = without ?? dropped;
  const chance = facts.answers(tasks[0]!, '').chance;
  return (
    <>
      <figcaption>
        Right answers to {tasks[0] === 'mmlu-lopper' ? 'questions of all subjects' : 'the school questions'}
      </figcaption>
      <div className={css.tasks} style={{ '--chance': percent(chance, 2) } as React.CSSProperties}>
        {tasks.map((task) => (
          <div key={task} className={css.task}>
            <strong>{NAMES[task]}</strong>
            <Interval name="all layers" answers={facts.answers(task, '')} />
            {gone !== '' && <Interval name="pruned" answers={known(() => facts.answers(task, gone))} pruned />}
            {mended && (
              <Interval
                name="mended"
                answers={known(() => facts.mendedAnswers(task, mended.drop, mended.source, mended.by))}
                pruned
              />
            )}
          </div>
        ))}
        <p className={css.chance}>
          <span>blind guessing {percent(chance, 0)}</span>
        </p>
      </div>
      <p className={css.note}>dots with 95% intervals, {facts.answers(tasks[0]!, '').n} questions, from 0 to 100%</p>
    </>
  );
}

function Interval({ name, answers, pruned }: { name: string; answers: Answers | undefined; pruned?: boolean }) {
  return (
    <div className={css.row}>
      <span>{name}</span>
      <span className={css.scale}>
        {answers && (
          <>
            <i
              style={{
                left: percent(answers.interval[0], 2),
                width: percent(answers.interval[1] - answers.interval[0], 2),
              }}
            />
            <b data-pruned={pruned} style={{ left: percent(answers.accuracy, 2) }} />
          </>
        )}
      </span>
      <span className={css.value}>{answers ? share(answers) : 'not asked'}</span>
    </div>
  );
}
