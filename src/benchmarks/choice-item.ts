import * as v from 'valibot';
import { checkGold, checkRow, placeOf, saidNumber, text, written } from './check-row';
import { groupOf } from './mmlu-subjects';
import { type Row, RowError } from './rows';
import type { Item } from './task';

/** A question with its four choices, as MMLU has them. */
export interface ChoiceItem extends Item {
  /** With underscores, e.g. `abstract_algebra`; empty where the file names none. */
  readonly subject: string;
  /** Named by the row itself where it stands for a group of subjects. */
  readonly group?: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly gold: number;
}

const LETTERS = ['A', 'B', 'C', 'D'] as const;

/** Names of the cells of the publisher's CSV files, which have no header. */
export const CHOICE_COLUMNS = ['question', 'choice0', 'choice1', 'choice2', 'choice3', 'answer'] as const;

const four = v.pipe(
  v.array(text),
  v.check(
    (choices) => choices.length === 4,
    ({ input }) => `are ${input.length}, and 4 are needed`,
  ),
);
const fields = {
  subject: v.optional(v.string()),
  group: v.optional(v.string()),
  question: text,
  answer: v.union([v.number(), v.string()]),
};
const listed = v.object({ ...fields, choices: written(four) });
const celled = v.object({ ...fields, choice0: text, choice1: text, choice2: text, choice3: text });

/** Spreadsheets of others call the choices A to D. */
function fourColumns(value: unknown): unknown {
  const { A, B, C, D, ...rest } = Object(value) as Record<string, unknown>;
  const named = [A, B, C, D].every((choice) => choice !== undefined) && !('choices' in rest);
  return named ? { ...rest, choice0: A, choice1: B, choice2: C, choice3: D } : value;
}

/**
 * An item of MMLU's format: `{"subject"?, "question", "choices": [4], "answer": 0..3}` as JSON or parquet, or CSV with
 * `question, choice0..3, answer` (or `A..D` for the choices), or without a header. An answer is a letter from A to D, or
 * counted from 0, or from 1 where its file does. Where rows name no subject, the file's name does (`anatomy_test.csv` is `anatomy`).
 */
export function choiceItem(row: Row): ChoiceItem {
  const value = fourColumns(row.value);
  const cells = 'choice0' in Object(value);
  const { subject, group, question, answer, ...rest } = checkRow(cells ? celled : listed, value);
  const choices = 'choices' in rest ? rest.choices : [rest.choice0, rest.choice1, rest.choice2, rest.choice3];
  return {
    ...placeOf(row),
    subject: subject ?? subjectOf(row.file),
    ...(group !== undefined && { group }),
    question,
    choices,
    gold: checkGold(goldOf(answer), choices, row.fromOne),
  };
}

function goldOf(answer: number | string): number | { readonly letter: number } {
  const letter = (LETTERS as readonly string[]).indexOf(String(answer).trim().toUpperCase());
  if (letter >= 0) return { letter };
  const number = saidNumber(answer);
  if (number !== undefined) return number;
  throw new RowError(
    `answer "${String(answer).slice(0, 60)}" is neither a number from 0 to 3 nor a letter from A to D`,
  );
}

/** Which choice a row's answer counts, where it is a number. */
export const countedChoice = ({ value }: Row) => ({ at: saidNumber(Object(value).answer), of: LETTERS.length });

const subjectOf = (file: string) => /([^/\\]*?)_(?:test|dev|val)\.csv$/i.exec(file)?.[1] ?? '';

/** How a subject reads in a sentence: `abstract_algebra` is "abstract algebra". */
export const spell = (subject: string): string => subject.replaceAll('_', ' ');

export const shownChoice = ({ question, choices, subject }: ChoiceItem) => ({
  question,
  choices,
  ...(subject && { subject }),
});

/** The item's subject, and the group of subjects it belongs to. */
export const partOfChoice = ({ subject, group }: ChoiceItem) => ({ subject, group: group ?? groupOf(subject) });
