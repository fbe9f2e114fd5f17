import * as v from 'valibot';
import { LopperError } from '../errors';
import { checkRow, readItems } from './jsonl';
import { buildContext, type Item, type Items, type Task, type TextFile } from './task';

/** A word problem and its worked answer, whose last line is `#### ` and the number. */
export interface WordProblem extends Item {
  readonly question: string;
  /** The whole worked answer, as an example shows it. */
  readonly worked: string;
  /** The number alone, normalised. */
  readonly gold: string;
}

const text = v.pipe(v.string(), v.nonEmpty('is empty'));
const problemRow = v.object({
  question: text,
  answer: v.pipe(text, v.regex(/#### \S/, 'has no "#### " with the result after it')),
});

/** Items of JSON lines `{"question", "answer": "...\n#### 42"}`. */
export const readWordProblems = (file: TextFile, task: string): Items<WordProblem> =>
  readItems(file, task, ({ line, value }) => {
    const { question, answer } = checkRow(problemRow, value);
    return { line, question, worked: answer, gold: normalise(answer) };
  });

const INVALID = '[invalid]';

/** The number after the first `#### `, as the examples teach it; `[invalid]` without one. */
export const extractStrict = (output: string): string => /#### (-?[0-9.,]+)/.exec(output)?.[1] ?? INVALID;

/** The last thing that looks like a number (to this rule `...` and `$$` do too); `[invalid]` without one. */
export const extractFlexible = (output: string): string => output.match(/-?[$0-9.,]{2,}|-?[0-9]+/g)?.at(-1) ?? INVALID;

/** What is compared: without `,`, `$`, everything up to the last `#### `, a final full stop; in lower case. */
export const normalise = (answer: string): string =>
  answer
    .replaceAll(',', '')
    .replaceAll('$', '')
    .replace(/[\s\S]*#### /, '')
    // Python's `$` also stands before a final new line.
    .replace(/\.(?=\n?$)/, '')
    .toLowerCase();

const prompt = ({ question }: WordProblem) => `Question: ${question}\nAnswer:`;

/** GSM-8K: the model writes a worked answer; right when the number it ends on is. */
export const gsm8k: Task<WordProblem> = {
  name: 'gsm8k',
  about: 'Items of the file you gave, in GSM-8K’s format, answered in writing; Lopper ships no official items.',
  metric: 'strict-match',
  chance: 0,
  defaultShots: 0,
  items: (file) => readWordProblems(file, 'gsm8k'),
  examples(_pool, items, shots) {
    if (shots === 0) return items.map(() => []);
    throw new LopperError(
      'usage',
      `gsm8k with ${shots} shots needs the field's own random draw of examples, which this version lacks.`,
      'Run gsm8k with 0 shots, or school_math, whose examples are the first of its own file.',
    );
  },
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), e.worked]);
    const context = buildContext('', shots, prompt(item));
    return [{ kind: 'generate', context, stop: ['Question:', '</s>', '<|im_end|>'], maxTokens: 256 }];
  },
  score(item, [outcome]) {
    const output = outcome?.text ?? '';
    const strict = normalise(extractStrict(output));
    const flexible = normalise(extractFlexible(output));
    const correct = strict === item.gold;
    return {
      answer: strict,
      correct,
      metrics: { 'strict-match': Number(correct), 'flexible-extract': Number(flexible === item.gold) },
    };
  },
};
