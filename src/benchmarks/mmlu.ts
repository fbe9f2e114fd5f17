import { type ChoiceItem, readChoiceItems, sameSubject, spell } from './choice-item';
import { strip } from './python-text';
import { argmax, buildContext, firstExamples, logprobsOf, type Task } from './task';

const LETTERS = ['A', 'B', 'C', 'D'] as const;

const prompt = ({ question, choices }: ChoiceItem) =>
  `${strip(question)}\n${choices.map((choice, i) => `${LETTERS[i]}. ${choice}\n`).join('')}Answer:`;

const preamble = (subject: string) =>
  `The following are multiple choice questions (with answers)${subject && ` about ${spell(subject)}`}.\n\n`;

/** MMLU: the question and its lettered choices, answered by the likeliest of the four letters. Examples: the subject's first k. */
export const mmlu: Task<ChoiceItem> = {
  name: 'mmlu',
  about: 'Items of the file you gave, in MMLU’s format, answered by letter; Lopper ships no official items.',
  metric: 'acc',
  chance: 0.25,
  defaultShots: 0,
  items: (file) => readChoiceItems(file, 'mmlu'),
  examples: (pool, items, shots) => firstExamples(pool, items, shots, sameSubject),
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), LETTERS[e.gold]!]);
    const context = buildContext(preamble(item.subject), shots, prompt(item));
    return LETTERS.map((letter) => ({ kind: 'score', context, continuation: ` ${letter}` }));
  },
  score(item, outcomes) {
    const answer = argmax(logprobsOf(item, outcomes));
    const correct = answer === item.gold;
    return { answer, correct, metrics: { acc: Number(correct) } };
  },
};
