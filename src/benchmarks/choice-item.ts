import * as v from 'valibot';
import { checkGold, checkRow, placeOf, text, written } from './check-row';
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

/**
 * An item of MMLU's format: `{"subject"?, "question", "choices": [4], "answer": 0..3}` as JSON or parquet, or CSV with
 * `question, choice0..3, answer` or without a header. An answer is counted from 0, or a letter from A to D where cells
 * hold text only. Where rows name no subject, the file's name does (`anatomy_test.csv` is `anatomy`).
 */
export function choiceItem(row: Row): ChoiceItem {
  const cells = typeof row.value === 'object' && row.value !== null && 'choice0' in row.value;
  const { subject, group, question, answer, ...rest } = checkRow(cells ? celled : listed, row.value);
  const choices = 'choices' in rest ? rest.choices : [rest.choice0, rest.choice1, rest.choice2, rest.choice3];
  return {
    ...placeOf(row),
    subject: subject ?? subjectOf(row.file),
    ...(group !== undefined && { group }),
    question,
    choices,
    gold: checkGold(cells ? fromCell(String(answer)) : fromValue(answer), choices),
  };
}

function fromCell(cell: string): number {
  const letter = (LETTERS as readonly string[]).indexOf(cell.trim());
  if (letter >= 0) return letter;
  if (/^\d+$/.test(cell.trim())) return Number(cell);
  throw new RowError(`answer "${cell.slice(0, 60)}" is neither a number from 0 to 3 nor a letter from A to D`);
}

function fromValue(answer: number | string): number {
  if (typeof answer === 'number') return answer;
  throw new RowError(`answer is "${answer.slice(0, 60)}", expected number`);
}

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
