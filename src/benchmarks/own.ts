import * as v from 'valibot';
import { checkGold, checkRow, placeOf, saidNumber, written } from './check-row';
import { buildContext } from './prompt';
import { rstrip, strip } from './python-text';
import { type Row, RowError } from './rows';
import { ACC, ACC_NORM, askChoices, judgeByLength } from './score-choices';
import type { Item, Task, Verdict } from './task';

/** To choose from, or to be answered in writing. */
export interface OwnItem extends Item {
  readonly context: string;
  readonly choices?: readonly string[];
  readonly gold: number | string;
}

const MOST_TOKENS = 64;

/** Prompts put one space between what is asked and what is answered: none of the writer's own beside it. */
const bare = v.pipe(v.string(), v.transform(strip), v.nonEmpty('is empty'));
const answer = v.union([v.number(), bare], 'is neither a number nor a text');
const chosen = v.object({
  context: bare,
  choices: written(v.pipe(v.array(bare), v.minLength(2, 'are fewer than 2, and nothing is to choose'))),
  answer,
});
const asked = v.object({ question: bare, answer });

/** The right choice: counted from 0, told by its letter, or written out. */
function goldOf(said: string | number, choices: readonly string[], fromOne?: boolean): number {
  if (typeof said === 'number') return checkGold(said, choices, fromOne);
  const whole = choices.indexOf(said);
  if (whole >= 0) return whole;
  const letter = /^[A-Z]$/i.test(said) ? said.toUpperCase().charCodeAt(0) - 65 : -1;
  if (letter >= 0 && letter < choices.length) return letter;
  const number = saidNumber(said);
  if (number !== undefined) return checkGold(number, choices, fromOne);
  throw new RowError(
    `answer "${said.slice(0, 60)}" is none of the choices; write the choice, its letter, or its number from 0`,
  );
}

/** A number that is itself one of the choices is that choice, and counts none. */
function counted({ value }: Row) {
  const { choices, answer } = Object(value) as { choices?: unknown; answer?: unknown };
  const list = v.safeParse(chosen.entries.choices, choices);
  if (!list.success) return { at: saidNumber(answer), of: Number.POSITIVE_INFINITY }; // a 0 tells all the same
  const isChoice = typeof answer === 'string' && list.output.includes(strip(answer));
  return { at: isChoice ? undefined : saidNumber(answer), of: list.output.length };
}

function ownItem(row: Row): OwnItem {
  if ('choices' in Object(row.value)) {
    const value = Object(row.value);
    // A question reads better to some than a context; it is asked as one.
    const { context, choices, answer } = checkRow(chosen, { ...value, context: value.context ?? value.question });
    return { ...placeOf(row), context, choices, gold: goldOf(answer, choices, row.fromOne) };
  }
  const { question, answer } = checkRow(asked, row.value);
  return { ...placeOf(row), context: `Question: ${question}\nAnswer:`, gold: String(answer) };
}

const targetOf = ({ choices, gold }: OwnItem) => (choices ? choices[Number(gold)]! : String(gold));

/** Compared without case, spaces around and within, or a final full stop. */
const plain = (said: string) => strip(said).replace(/\s+/g, ' ').replace(/\.$/, '').toLowerCase();

function judgeWriting({ gold }: OwnItem, output: string): Verdict {
  const wanted = plain(String(gold));
  // The first line is the answer: what comes after it is a model going on.
  const line = rstrip(output.trimStart().split('\n')[0]!);
  const exact = plain(line) === wanted;
  const number = line
    .match(/-?\d[\d.,]*/g)
    ?.at(-1)
    ?.replaceAll(',', '')
    .replace(/\.$/, '');
  const flexible = exact || (number !== undefined && number === wanted.replaceAll(',', ''));
  return { answer: line, correct: flexible, metrics: { acc: Number(flexible), exact: Number(exact) } };
}

/** A person's own items, as a teacher would write them: `{"context", "choices", "answer"}` or `{"question", "answer"}`. */
export const own: Task<OwnItem> = {
  name: 'own',
  title: 'Your own items',
  about: 'Items of your own file.',
  metrics: [ACC, ACC_NORM, { name: 'exact', kind: 'share' }],
  chance: 0,
  defaultShots: 0,
  fewshot: 'first',
  item: ownItem,
  counted,
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [e.context, targetOf(e)]);
    const context = buildContext('', shots, item.context);
    if (item.choices) return askChoices(context, item.choices);
    return [{ kind: 'generate', context, stop: ['\n\n', 'Question:'], maxTokens: MOST_TOKENS }];
  },
  score: (item, outcomes) =>
    item.choices ? judgeByLength(item, item.choices, outcomes, 'acc') : judgeWriting(item, outcomes[0]?.text ?? ''),
  shown: ({ context, choices }) => ({ question: context, ...(choices && { choices }) }),
  target: targetOf,
  chanceOf: ({ choices }) => (choices ? 1 / choices.length : 0),
};
