import { use } from 'react';
import { lessonsTold, type ToldLesson } from '../../actions/lesson-facts';
import { Button } from '../../widgets/button';
import type { Facts } from '../../words/lessons/facts';
import type { Guess, Lesson } from '../../words/lessons/lesson';
import css from './teachers.module.css';

/** What a class needs, the hour laid out, each lesson's answers, and a sheet to print. */
export default function Teachers() {
  const told = use(lessonsTold());
  return (
    <main className={css.page}>
      <header className={css.noPrint}>
        <a href="./">Lopper</a>
        <div className={css.prints}>
          <Button look="primary" onClick={() => print('sheet')}>
            Print the sheet
          </Button>
          <Button onClick={() => print('answers')}>Print the plan and the answers</Button>
        </div>
      </header>
      <div className={css.plan}>
        <h1>45 minutes on what a layer is worth</h1>
        <Needs />
        <Hour lessons={told.map(({ lesson }) => lesson)} />
        {told.map((one) => (
          <Answers key={one.lesson.id} {...one} />
        ))}
      </div>
      <Sheet told={told} />
    </main>
  );
}

/** Prints one of the two, the other left out. */
function print(what: 'sheet' | 'answers'): void {
  document.documentElement.dataset.print = what;
  window.print();
  delete document.documentElement.dataset.print;
}

function Needs() {
  return (
    <section>
      <h2>What you need</h2>
      <ul>
        <li>
          A browser on the projector’s machine. <em>Present</em> in a lesson’s bar shows it in letters for the last row;
          a clicker walks it, B makes the board black, J shows the address as a code.
        </li>
        <li>
          For the students any laptop or phone. They open the address or point at the code. Nothing is installed, nobody
          signs in, nothing they do leaves their machine.
        </li>
        <li>
          <strong>No graphics card.</strong> All numbers of the lessons were measured beforehand. With one, every other
          click is measured as well.
        </li>
        <li>The network once: after the first visit the page opens without it.</li>
      </ul>
      <p>
        A step begins with a guess. Let the class vote with raised hands before Page Down shows the answer, and ask
        someone who was wrong first.
      </p>
    </section>
  );
}

/** Left for what nobody has planned. */
const OPEN_MINUTES = 5;
const HOUR_MINUTES = 45;

function Hour({ lessons: all }: { lessons: readonly Lesson[] }) {
  // In their order, as many as there is time for.
  const fits = (i: number) => all.slice(0, i + 1).reduce((sum, { minutes }) => sum + minutes, OPEN_MINUTES);
  const lessons = all.filter((_, i) => fits(i) <= HOUR_MINUTES);
  const beyond = all.filter((_, i) => fits(i) > HOUR_MINUTES);
  const starts = lessons.map((_, i) => lessons.slice(0, i).reduce((sum, { minutes }) => sum + minutes, 0));
  const end = lessons.reduce((sum, { minutes }) => sum + minutes, 0);
  return (
    <section>
      <h2>The hour</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col">What</th>
            <th scope="col">Needs a GPU</th>
            <th scope="col" className={css.noPrint}>
              Open
            </th>
          </tr>
        </thead>
        <tbody>
          {lessons.map(({ id, title, about, minutes }, i) => (
            <tr key={id}>
              <td>
                {starts[i]} to {starts[i]! + minutes}
              </td>
              <td>
                <strong>{ended(title)}</strong> {about}
              </td>
              <td>no</td>
              <td className={css.noPrint}>
                <a href={`./#lesson=${id}`}>lesson</a>, <a href={`./#lesson=${id}&present=1`}>board</a>
              </td>
            </tr>
          ))}
          <tr>
            <td>
              {end} to {end + OPEN_MINUTES}
            </td>
            <td>
              <strong>Explore by myself.</strong> Who finds the most layers that together cost less than 0.05?
            </td>
            <td>no; more masks with one</td>
            <td className={css.noPrint}>
              <a href="./">page</a>
            </td>
          </tr>
          {beyond.map(({ id, title, about, minutes }) => (
            <tr key={id}>
              <td>another {minutes}</td>
              <td>
                <strong>{ended(title)}</strong> {about}
              </td>
              <td>no</td>
              <td className={css.noPrint}>
                <a href={`./#lesson=${id}`}>lesson</a>, <a href={`./#lesson=${id}&present=1`}>board</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Answers({ lesson, facts }: ToldLesson) {
  return (
    <section>
      <h2>{lesson.title}</h2>
      <ol>
        {lesson.steps.map(({ title, words, guess, reveal, why }) => (
          <li key={title}>
            <h3>{title}</h3>
            <p>{words(facts)}</p>
            {guess && (
              <p>
                <strong>
                  {guess.question(facts)} {answer(guess, facts)}
                </strong>
              </p>
            )}
            {reveal && <p>{reveal(facts)}</p>}
            {why && <p className="soft">{why(facts)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

const answer = (guess: Guess, facts: Facts): string => {
  const right = guess.right(facts);
  return 'choices' in guess ? `→ ${guess.choices[right]}` : `→ ${right.toFixed(1)}%`;
};

function Sheet({ told }: { told: readonly ToldLesson[] }) {
  return (
    <section className={css.sheet}>
      <h1>What is a layer worth?</h1>
      <p>
        Name: <span className={css.line} />
      </p>
      {told.map(({ lesson, facts }) => (
        <section key={lesson.id}>
          <h2>{lesson.title}</h2>
          {lesson.steps.map(
            ({ title, guess }) =>
              guess && (
                <div key={title} className={css.question}>
                  <p>{guess.question(facts)}</p>
                  <p>
                    {'choices' in guess ? (
                      guess.choices.map((choice) => (
                        <span key={choice} className={css.box}>
                          ☐ {choice}
                        </span>
                      ))
                    ) : (
                      <span className={css.box}>my guess: ______ %</span>
                    )}
                    <span className={css.box}>it was: ______________</span>
                  </p>
                </div>
              ),
          )}
          <p>
            What surprised me: <span className={css.line} />
          </p>
        </section>
      ))}
    </section>
  );
}

/** A title as the first sentence of a line; one that asks ends already. */
const ended = (title: string) => (title.endsWith('?') ? title : `${title}.`);
