import { use } from 'react';
import { lessonsTold } from '../../actions/lesson-facts';
import { openLesson } from '../../actions/lessons';
import { go } from '../../store/go';
import { closeDialog } from '../../widgets/dialog';
import { TextButton } from '../../widgets/text-button';
import { plural } from '../../words/format';
import css from './lesson-list.module.css';

/** What can be learned here, and where a teacher starts. */
export default function LessonList() {
  const lessons = use(lessonsTold()).map(({ lesson }) => lesson);
  return (
    <>
      <p className="soft">
        Guess, look, ask why. Every number was measured beforehand: no graphics card is needed, and a phone will do.
      </p>
      <ol className={css.lessons}>
        {lessons.map(({ id, title, minutes, about, steps }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => {
                closeDialog();
                openLesson(id);
              }}
            >
              <strong>{title}</strong>
              <span className={css.about}>{about}</span>
              <span className={css.minutes}>
                {plural(steps.length, 'step')}, {minutes} min
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p className="small soft">
        All but <em>A bigger model</em> are about Sapling, the small model that comes with the page.
      </p>
      <p>
        <a href="./teachers.html">For teachers</a>: 45 minutes laid out, the answers, a sheet to print.
      </p>
      <p>
        For those who know the paper:{' '}
        <TextButton
          onClick={() => {
            closeDialog();
            go({ paper: true });
          }}
        >
          its claims, figure by figure
        </TextButton>
        .
      </p>
    </>
  );
}
