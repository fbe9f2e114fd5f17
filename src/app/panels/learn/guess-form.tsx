import { useState } from 'react';
import type { Told } from '../../store/lessons';
import { Button } from '../../widgets/button';
import { LabelledSlider } from '../../widgets/labelled-slider';
import type { Facts } from '../../words/lessons/facts';
import type { Guess } from '../../words/lessons/lesson';
import css from './learn.module.css';

interface Props {
  readonly guess: Guess;
  readonly facts: Facts;
  readonly told: Told | undefined;
  onGuess(guess: number): void;
}

/** A question to be guessed at before its answer is shown. */
export function GuessForm({ guess, facts, told, onGuess }: Props) {
  return (
    <fieldset className={css.guess} disabled={told !== undefined}>
      <legend>{guess.question(facts)}</legend>
      {'choices' in guess ? (
        <Choices choices={guess.choices} right={guess.right(facts)} told={told} onGuess={onGuess} />
      ) : (
        <Percent right={guess.right(facts)} near={guess.near} told={told} onGuess={onGuess} />
      )}
    </fieldset>
  );
}

interface ChoicesProps {
  readonly choices: readonly string[];
  readonly right: number;
  readonly told: Told | undefined;
  onGuess(guess: number): void;
}

const LETTERS = ['A', 'B', 'C', 'D'];

function Choices({ choices, right, told, onGuess }: ChoicesProps) {
  const verdict = (i: number) => {
    if (!told) return '';
    if (i === right) return told.guess === i ? 'right' : 'the answer';
    return told.guess === i ? 'your guess' : '';
  };
  return (
    <div className={css.choices}>
      {choices.map((choice, i) => (
        <button
          key={choice}
          type="button"
          className={css.choice}
          data-right={told !== undefined && i === right}
          onClick={() => onGuess(i)}
        >
          <span className={css.letter} aria-hidden="true">
            {LETTERS[i]}
          </span>
          {choice}
          {verdict(i) && <em>{verdict(i)}</em>}
        </button>
      ))}
    </div>
  );
}

interface PercentProps {
  readonly right: number;
  readonly near: number;
  readonly told: Told | undefined;
  onGuess(guess: number): void;
}

function Percent({ right, near, told, onGuess }: PercentProps) {
  const [value, setValue] = useState(told?.guess ?? 50);
  if (told) {
    const { guess } = told;
    const off = guess === undefined ? undefined : Math.round(Math.abs(guess - right));
    return (
      <p>
        {off === undefined
          ? `It is ${right.toFixed(1)}%.`
          : `You said ${guess}%; it is ${right.toFixed(1)}%. ${off <= near ? 'Well guessed.' : `That is ${off} points off.`}`}
      </p>
    );
  }
  return (
    <div className={css.percent}>
      <LabelledSlider
        label="My guess"
        value={value}
        min={0}
        max={100}
        step={1}
        text={`${value}%`}
        onChange={setValue}
      />
      <Button onClick={() => onGuess(value)}>That is my guess</Button>
    </div>
  );
}
