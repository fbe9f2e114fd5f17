import { useMemo } from 'react';
import { leaveLesson, openLessonModel, waysThrough } from '../actions/lessons';
import { LessonFigure } from '../panels/learn/figures/lesson-figure';
import { LessonPanel } from '../panels/learn/lesson-panel';
import { useLesson } from '../panels/learn/use-lesson';
import { BareTower } from '../panels/tower/bare-tower';
import { Verdict } from '../panels/verdict/verdict';
import { go } from '../store/go';
import { Button } from '../widgets/button';
import { useApp } from '../widgets/use-app';
import type { Lesson } from '../words/lessons/lesson';
import css from './lesson-page.module.css';
import { type PageKeys, usePageKeys } from './use-page-keys';

const NO_KEYS: PageKeys = {};

/** What a student sees: a step, the tower, the verdict and one figure, and a way to all the rest. */
export default function LessonPage() {
  const open = useLesson();
  const kind = useApp(({ open: { model } }) => model?.source.kind);
  const lessonOpen = open?.lesson;
  const keys = useMemo(() => {
    if (!lessonOpen) return NO_KEYS;
    const { on, back } = waysThrough(lessonOpen);
    return { PageDown: on, PageUp: back };
  }, [lessonOpen]);
  usePageKeys(keys);
  if (!open) return <NoLesson />;
  const { lesson, look, facts } = open;
  const isOther = !open.there && (kind === 'files' || kind === 'hub');
  return (
    <>
      <header className={css.header}>
        <h1>{lesson.title}</h1>
        <div className={css.ways}>
          <Button look="quiet" title="For a projector" onClick={() => go({ present: true })}>
            Present
          </Button>
          <Button onClick={leaveLesson}>Explore by myself</Button>
        </div>
      </header>
      <main className={css.layout}>
        <div className={css.step}>{isOther ? <OtherModel lesson={lesson} /> : <LessonPanel {...open} />}</div>
        <div className={css.verdict}>
          <Verdict />
        </div>
        <div className={css.tower}>
          <BareTower />
        </div>
        <div className={css.seen}>
          <LessonFigure look={look} facts={facts} />
        </div>
      </main>
    </>
  );
}

function NoLesson() {
  return (
    <main className={css.none}>
      <h1>There is no such lesson</h1>
      <p>The link names one that this version of the page does not have.</p>
      <Button look="primary" onClick={leaveLesson}>
        Go to the page
      </Button>
    </main>
  );
}

function OtherModel({ lesson: { of } }: { lesson: Lesson }) {
  return (
    <>
      <p>This lesson is about {of?.name ?? 'Sapling'}, and another model is open.</p>
      <Button look="primary" onClick={() => void openLessonModel({ of })}>
        Open {of?.name ?? 'Sapling'}
      </Button>
    </>
  );
}
