/** Look-up questions: the answer stands among the options, so that only its letter is to be found. */
import { RELATIONS } from './facts';
import { exam, LETTERS } from './items';
import type { Random } from './random';

/** Everything an option can say, long and short. */
const WORDS = [...new Set(RELATIONS.flatMap((relation) => relation.pairs.map(([, value]) => value)))];
const SHORT = WORDS.filter((word) => /^[A-Za-z]{3,7}$/.test(word));

const ASK = [
  'Which option is {x}?',
  'Where is {x}?',
  'Which of these is {x}?',
  'The answer is {x}.',
  '{x}?',
  'Which letter stands before {x}?',
];

function options(choices: string[]): string {
  return choices.map((choice, i) => `${LETTERS[i]}. ${choice}`).join('\n');
}

function draw(r: Random, pool: string[]): string[] {
  return r.sample(pool, r.chance(0.3) ? 2 : 4);
}

/** One list and several questions to it: many letters to learn from in few tokens. */
function dense(r: Random): string {
  const choices = draw(r, r.chance(0.6) ? SHORT : WORDS);
  // With replacement: else the last letters could be told by elimination, without looking.
  const asked = choices.map(() => {
    const at = r.int(0, choices.length - 1);
    return `${choices[at]}: ${LETTERS[at]}`;
  });
  return `${options(choices)}\n${asked.join('\n')}`;
}

function single(r: Random, wording: string): string {
  const choices = draw(r, r.chance(0.5) ? SHORT : WORDS);
  const at = r.int(0, choices.length - 1);
  return `${wording.replace('{x}', choices[at]!)}\n${options(choices)}\nAnswer: ${LETTERS[at]}`;
}

/** A document of look-ups; `share` of them dense. */
export function lookups(r: Random, share: number): string {
  const many = Array.from({ length: r.int(3, 6) });
  if (r.chance(share)) return many.map(() => dense(r)).join('\n\n');
  const wording = r.pick(ASK);
  return exam(
    'words',
    many.map(() => single(r, r.chance(0.5) ? wording : r.pick(ASK))),
  );
}
