import * as v from 'valibot';
import { checkRow, placeOf, text } from './check-row';
import { buildContext } from './prompt';
import type { Item, Task } from './task';

/** A word problem and its worked answer, whose last line is `#### ` and the number. */
export interface WordProblem extends Item {
  readonly question: string;
  /** The whole worked answer, as an example shows it. */
  readonly worked: string;
  /** The number alone, normalised. */
  readonly gold: string;
}

const problemRow = v.object({
  question: text,
  answer: v.pipe(text, v.regex(/#### \S/, 'has no "#### " with the result after it')),
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
  version: 3,
  title: 'GSM-8K',
  about: 'The official GSM-8K word problems, answered in writing.',
  metrics: [
    { name: 'strict-match', kind: 'share' },
    { name: 'flexible-extract', kind: 'share' },
  ],
  chance: 0,
  defaultShots: 0,
  fewshot: 'random',
  item(row) {
    const { question, answer } = checkRow(problemRow, row.value);
    return { ...placeOf(row), question, worked: answer, gold: normalise(answer) };
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
  shown: ({ question }) => ({ question }),
  target: ({ worked }) => worked,
};
