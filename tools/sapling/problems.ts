/** Word problems in GSM-8K's form: a question, a worked answer, `#### n`. */
import { isHeldOut } from './facts';
import { type Cast, cast, TEMPLATES } from './problem-templates';
import type { Random } from './random';

export interface Problem {
  question: string;
  answer: string;
  /** Template and numbers: what makes two problems the same, whoever they are about. */
  key: string;
}

const LIMIT = 200;

/** A problem of a random template, from training's numbers or from those held out. */
export function drawProblem(r: Random, held: boolean, template = r.int(0, TEMPLATES.length - 1)): Problem {
  for (;;) {
    const told = TEMPLATES[template]!(r, cast(r));
    const results = told.steps.map((step) => Number(step.slice(step.lastIndexOf('=') + 1)));
    if (results.some((n) => !Number.isInteger(n) || n < 0 || n > LIMIT)) continue;
    const key = `${template}:${told.numbers.join(',')}`;
    if (isHeldOut(key) !== held) continue;
    const worked = told.steps.map((step, i) => `${opening(i, told.steps.length)}${step}.`).join(' ');
    return { question: told.text, answer: `${worked}\n#### ${results.at(-1)}`, key };
  }
}

function opening(i: number, n: number): string {
  return i === 0 ? 'First ' : i === n - 1 ? 'So ' : 'Then ';
}

export function told(problem: Problem): string {
  return `Question: ${problem.question}\nAnswer: ${problem.answer}`;
}

export type { Cast };
