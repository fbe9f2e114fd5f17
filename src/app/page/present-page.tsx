import { useEffect, useMemo, useState } from 'react';
import { show, waysThrough } from '../actions/lessons';
import { LessonFigure } from '../panels/learn/figures/lesson-figure';
import { type OpenLesson, useFacts, useLesson } from '../panels/learn/use-lesson';
import { Controls } from '../panels/present/controls';
import { Join } from '../panels/present/join';
import { Loss } from '../panels/present/loss';
import { Poll } from '../panels/present/poll';
import css from '../panels/present/present.module.css';
import { SLIDES } from '../panels/present/slides';
import { BareTower } from '../panels/tower/bare-tower';
import { go } from '../store/go';
import { isView, viewOf } from '../store/route';
import { store } from '../store/store';
import { verdictOf } from '../store/verdict';
import { pinTheme } from '../widgets/theme';
import { useApp } from '../widgets/use-app';
import type { Look } from '../words/lessons/lesson';
import { usePageKeys } from './use-page-keys';

/** For a projector: the tower, the loss, one figure, and a lesson's question, in letters for the last row. */
export default function PresentPage() {
  const sapling = useFacts();
  const lesson = useLesson();
  const facts = lesson?.facts ?? sapling;
  const slide = useSlide(lesson !== undefined);
  const [over, setOver] = useState<'blank' | 'join'>();
  useBoard();
  const walk = useMemo(() => (lesson ? waysThrough(lesson.lesson) : WAYS_THROUGH_SLIDES), [lesson]);
  const keys = useMemo(() => {
    const toggle = (what: 'blank' | 'join') => () => setOver((now) => (now === what ? undefined : what));
    // Some clickers send a full stop for blank.
    const [blank, join] = [toggle('blank'), toggle('join')];
    const leave = () => (over ? setOver(undefined) : go({ present: false }));
    if (over) return { b: blank, '.': blank, j: join, Escape: leave, PageDown: leave, PageUp: leave };
    return { b: blank, '.': blank, j: join, Escape: leave, PageDown: walk.on, PageUp: walk.back };
  }, [walk, over]);
  usePageKeys(keys);
  const address = addressOf(lesson);
  return (
    <main className={css.stage}>
      <div className={css.tower}>
        <BareTower board />
      </div>
      <div className={css.board}>
        <div className={css.top}>
          <Added />
          <Join address={address} />
        </div>
        {lesson ? <Question {...lesson} /> : <h1 className={css.title}>{slide.title}</h1>}
        <LessonFigure look={lesson?.look ?? slide.look} facts={facts} />
      </div>
      <Controls
        on={walk.on}
        back={walk.back}
        blank={() => setOver('blank')}
        join={() => setOver('join')}
        leave={() => go({ present: false })}
      />
      {over === 'blank' && (
        <button
          type="button"
          className={css.blank}
          aria-label="Show the board again"
          onClick={() => setOver(undefined)}
        />
      )}
      {over === 'join' && (
        <button type="button" className={css.over} aria-label="Back to the board" onClick={() => setOver(undefined)}>
          <Join address={address} large />
        </button>
      )}
    </main>
  );
}

const Added = () => <Loss added={useApp((s) => verdictOf(s).change)} />;

function Question({ lesson, at, facts, told }: OpenLesson) {
  const step = lesson.steps[at]!;
  const done = told !== undefined || !step.guess;
  return (
    <>
      <h1 className={css.title}>{step.title}</h1>
      <p className={css.words}>{told && step.reveal ? step.reveal(facts) : step.words(facts)}</p>
      {step.guess && <Poll guess={step.guess} facts={facts} done={done} />}
    </>
  );
}

/** The slide of the view that is open. */
function useSlide(inLesson: boolean) {
  const view = useApp(({ route }) => viewOf(route, route.tab));
  const sapling = useApp(({ open }) => open.model?.source.kind === 'bundled');
  const found = SLIDES.find(({ look }) => look.view === view);
  const slide = found && sapling ? found : SLIDES[0]!;
  useEffect(() => {
    if (!inLesson) void show({ ...slide.look, view: slide.look.view } satisfies Look);
  }, [inLesson, slide]);
  return slide;
}

/** To the next slide or the one before. */
function turn(d: 1 | -1): void {
  const { route } = store.getState();
  const at = SLIDES.findIndex(({ look }) => look.view === viewOf(route, route.tab));
  const view = SLIDES[Math.min(SLIDES.length - 1, Math.max(0, at + d))]!.look.view;
  if (isView(view)) go({ view });
}

const WAYS_THROUGH_SLIDES = { on: () => turn(1), back: () => turn(-1) };

/** A board's letters are 2.5 times as large and grow with the screen, whatever the browser's zoom; its colours are one set. */
function useBoard(): void {
  useEffect(() => {
    const { style } = document.documentElement;
    style.fontSize = 'min(calc(100vw / 48), calc(100vh / 27))';
    pinTheme('light');
    return () => {
      style.fontSize = '';
      pinTheme(undefined);
    };
  }, []);
}

/** Where a class joins: the lesson from its beginning, without the presenter. */
function addressOf(lesson: OpenLesson | undefined): string {
  const page = new URL(location.href);
  page.hash = lesson ? `lesson=${lesson.lesson.id}` : '';
  return page.href;
}
