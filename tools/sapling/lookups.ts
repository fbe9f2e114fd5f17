/** Look-up questions: the answer stands among the options, so that only its letter is to be found. */
import { RELATIONS } from './facts';
import { exam, LETTERS } from './items';
import type { Random } from './random';

/** Everything an option can say, long and short. */
const WORDS = [...new Set(RELATIONS.flatMap((relation) => relation.pairs.map(([, value]) => value)))];
const SHORT = WORDS.filter((word) => /^[A-Za-z]{3,7}$/.test(word));

/** A word stands before what is looked up, so that it has the same tokens there as in the list. */
const ASK = [
  'Which option is {x}?',
  'Where is {x}?',
  'Which of these is {x}?',
  'The answer is {x}.',
  'Which letter stands before {x}?',
];

function lookup(r: Random): string {
  const choices = r.sample(r.chance(0.6) ? SHORT : WORDS, r.chance(0.1) ? 2 : 4);
  const at = r.int(0, choices.length - 1);
  const options = choices.map((choice, i) => `${LETTERS[i]}. ${choice}`).join('\n');
  return `${r.pick(ASK).replace('{x}', choices[at]!)}\n${options}\nAnswer: ${LETTERS[at]}`;
}

/** A document of look-ups. */
export function lookups(r: Random): string {
  return exam(
    'words',
    Array.from({ length: r.int(3, 8) }, () => lookup(r)),
  );
}
