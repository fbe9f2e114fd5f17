import { useEffect, useRef } from 'react';
import { goBack, goOn, leaveLesson, openLesson, tellAnswer } from '../../actions/lessons';
import type { Told } from '../../store/lessons';
import { Button } from '../../widgets/button';
import { LESSONS } from '../../words/lessons';
import type { Facts } from '../../words/lessons/facts';
import type { Lesson } from '../../words/lessons/lesson';
import { GuessForm } from './guess-form';
import css from './learn.module.css';

interface Props {
  readonly lesson: Lesson;
  /** From 0. */
  readonly at: number;
  readonly facts: Facts;
  /** What was guessed, once the answer has been shown. */
  readonly told: Told | undefined;
}

/** One step of a lesson: a few words, a guess, the answer, and why. */
export function LessonPanel({ lesson, at, facts, told }: Props) {
  const step = lesson.steps[at]!;
  const title = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  // Whoever hears the page goes on reading at the next step; at the first they are where they came to.
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    title.current?.focus();
  }, [step]);
  const done = told !== undefined || !step.guess;
  const last = at + 1 === lesson.steps.length;
  const next = LESSONS[LESSONS.indexOf(lesson) + 1];
  return (
    <section className={css.step} aria-label={`Lesson: ${lesson.title}`}>
      <p className={css.where}>
        Step {at + 1} of {lesson.steps.length}
        <span className={css.dots} aria-hidden="true">
          {lesson.steps.map(({ title }, i) => (
            <i key={title} data-here={i <= at} />
          ))}
        </span>
      </p>
      <h2 ref={title} tabIndex={-1} className={css.title}>
        {step.title}
      </h2>
      <p className={css.words}>{step.words(facts)}</p>
      {step.guess && (
        <GuessForm
          key={`${lesson.id}.${at}`}
          guess={step.guess}
          facts={facts}
          told={told}
          onGuess={(guess) => tellAnswer(lesson.id, at, guess)}
        />
      )}
      <div role="status" aria-label="Answer" className={css.answer}>
        {done && (
          <>
            {step.reveal && <p className={css.reveal}>{step.reveal(facts)}</p>}
            {step.why && (
              <p>
                <strong>Why?</strong> {step.why(facts)}
              </p>
            )}
          </>
        )}
      </div>
      <div className={css.ways}>
        {at > 0 && (
          <Button title="Page Up" onClick={() => goBack(lesson)}>
            Back
          </Button>
        )}
        {!last && (
          <Button look={done ? 'primary' : 'plain'} title="Page Down" onClick={() => goOn(lesson)}>
            {done ? 'Next' : 'Show the answer'}
          </Button>
        )}
        {last && !done && <Button onClick={() => goOn(lesson)}>Show the answer</Button>}
        {last && done && next && (
          <Button look="primary" onClick={() => openLesson(next.id)}>
            Next lesson: {next.title}
          </Button>
        )}
        {last && done && (
          <Button look={next ? 'plain' : 'primary'} onClick={leaveLesson}>
            Explore by myself
          </Button>
        )}
      </div>
    </section>
  );
}
