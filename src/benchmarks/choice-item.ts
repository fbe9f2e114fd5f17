import * as v from 'valibot';
import { checkRow, type Row, RowError, readItems } from './jsonl';
import type { Item, Items, TextFile } from './task';

/** A question with its choices, as MMLU has them. */
export interface ChoiceItem extends Item {
  /** With underscores, e.g. `abstract_algebra`; empty where the file names none. */
  readonly subject: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly gold: number;
}

const text = v.pipe(v.string(), v.nonEmpty('is empty'));

const choiceRow = v.pipe(
  v.object({
    subject: v.optional(v.string()),
    question: text,
    choices: v.pipe(
      v.array(text),
      v.check(
        (choices) => choices.length === 4,
        ({ input }) => `are ${input.length}, and 4 are needed`,
      ),
    ),
    answer: v.number(),
  }),
  v.check(
    ({ answer }) => [0, 1, 2, 3].includes(answer),
    ({ input }) => `answer ${input.answer} is out of range; choices are counted from 0 to 3`,
  ),
);

/**
 * Items of a file of MMLU's format: JSON lines `{"subject"?, "question", "choices": [4], "answer": 0..3}`, or CSV of
 * question, four choices and the answer, with a header and numbers from 0, or with neither and letters A to D. Where
 * rows name no subject, the file's name does (`anatomy_test.csv` is `anatomy`).
 */
export function readChoiceItems(file: TextFile, task: string): Items<ChoiceItem> {
  const subject = /([^/\\]*?)(?:_(?:test|dev|val))?\.csv$/i.exec(file.name)?.[1] ?? '';
  return readItems(file, task, (row) => (isHeader(row) ? undefined : toItem(row, subject)));
}

const isHeader = ({ line, value }: Row) =>
  line === 1 && Array.isArray(value) && value.length === 6 && value[0] === 'question' && value[5] === 'answer';

function toItem({ line, value }: Row, subject: string): ChoiceItem {
  const row = checkRow(choiceRow, Array.isArray(value) ? fromCells(value) : value);
  return { line, subject: row.subject ?? subject, question: row.question, choices: row.choices, gold: row.answer };
}

function fromCells(cells: string[]): v.InferInput<typeof choiceRow> {
  if (cells.length !== 6) {
    throw new RowError(`has ${cells.length} cells; a question, four choices and the answer make 6`);
  }
  const answer = cells[5]!.trim();
  const letter = 'ABCD'.split('').indexOf(answer);
  if (letter < 0 && !/^\d+$/.test(answer)) {
    throw new RowError(`answer "${answer.slice(0, 60)}" is neither a number from 0 to 3 nor a letter from A to D`);
  }
  return { question: cells[0]!, choices: cells.slice(1, 5), answer: letter < 0 ? Number(answer) : letter };
}

/** How a subject reads in a sentence: `abstract_algebra` is "abstract algebra". */
export const spell = (subject: string): string => subject.replaceAll('_', ' ');

/** Examples come from the item's own subject. */
export const sameSubject = (example: ChoiceItem, item: ChoiceItem): boolean => example.subject === item.subject;
