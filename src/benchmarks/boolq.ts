import * as v from 'valibot';
import { checkRow, placeOf, text } from './check-row';
import { buildContext } from './prompt';
import { ACC, askChoices, judgeLikeliest } from './score-choices';
import type { Item, Task } from './task';

interface BoolqItem extends Item {
  readonly passage: string;
  readonly question: string;
  /** 0: no, 1: yes. */
  readonly gold: number;
}

const CHOICES = ['no', 'yes'] as const;

const ANSWERS: Readonly<Record<string, number>> = { false: 0, no: 0, 0: 0, true: 1, yes: 1, 1: 1 };
/** An answer as the forms write it; the label -1 of rows published without one is none. */
const yes = v.pipe(
  v.union([v.boolean(), v.number(), v.string()]),
  v.check(
    (said) => Object.hasOwn(ANSWERS, String(said).toLowerCase()),
    ({ input }) => `${String(input).slice(0, 60)} is neither no (0) nor yes (1)`,
  ),
  v.transform((said) => ANSWERS[String(said).toLowerCase()]!),
);
/** SuperGLUE's rows, whose passages begin with their title. */
const superGlue = v.object({ question: text, passage: text, label: yes });
/** The publisher's own: the title stands apart. */
const plain = v.object({ question: text, passage: text, title: v.optional(v.string()), answer: yes });

const prompt = ({ passage, question }: BoolqItem) => `${passage}\nQuestion: ${question}?\nAnswer:`;

/** BoolQ (Clark et al. 2019): a passage and a question to be answered with no or yes. */
export const boolq: Task<BoolqItem> = {
  name: 'boolq',
  version: 2,
  title: 'BoolQ',
  about: 'The official BoolQ questions: yes or no, after a passage.',
  metrics: [ACC],
  chance: 0.5,
  defaultShots: 0,
  fewshot: 'random-others',
  item(row) {
    if ('label' in Object(row.value)) {
      const { question, passage, label } = checkRow(superGlue, row.value);
      return { ...placeOf(row), question, passage, gold: label };
    }
    const { question, passage, title, answer } = checkRow(plain, row.value);
    return { ...placeOf(row), question, passage: title ? `${title} -- ${passage}` : passage, gold: answer };
  },
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), CHOICES[e.gold]!]);
    return askChoices(buildContext('', shots, prompt(item)), CHOICES);
  },
  score: judgeLikeliest,
  shown: ({ passage, question }) => ({ question: `${passage}\n\n${question}?`, choices: CHOICES }),
};
