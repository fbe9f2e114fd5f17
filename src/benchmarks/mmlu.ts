import {
  CHOICE_COLUMNS,
  type ChoiceItem,
  choiceItem,
  countedChoice,
  partOfChoice,
  shownChoice,
  spell,
} from './choice-item';
import { MMLU_SUBJECTS } from './mmlu-subjects';
import { buildContext } from './prompt';
import { strip } from './python-text';
import { ACC, askChoices, judgeLikeliest } from './score-choices';
import type { Task } from './task';

export const LETTERS = ['A', 'B', 'C', 'D'] as const;

const prompt = ({ question, choices }: ChoiceItem) =>
  `${strip(question)}\n${choices.map((choice, i) => `${LETTERS[i]}. ${choice}\n`).join('')}Answer:`;

const preamble = (subject: string) =>
  `The following are multiple choice questions (with answers)${subject && ` about ${spell(subject)}`}.\n\n`;

/** MMLU: the question and its lettered choices, answered by the likeliest of the four letters. Examples: the subject's first k. */
export const mmlu: Task<ChoiceItem> = {
  name: 'mmlu',
  version: 1,
  title: 'MMLU',
  about: 'The official MMLU questions of 57 subjects, answered by letter.',
  metrics: [ACC],
  chance: 0.25,
  defaultShots: 0,
  fewshot: 'first-of-subject',
  columns: CHOICE_COLUMNS,
  item: choiceItem,
  counted: countedChoice,
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), LETTERS[e.gold]!]);
    return askChoices(buildContext(preamble(item.subject), shots, prompt(item)), LETTERS);
  },
  score: judgeLikeliest,
  shown: shownChoice,
  part: partOfChoice,
};

/** Each subject of a task of MMLU's format by itself: rows of others are passed over. */
export const bySubject = (whole: Task<ChoiceItem>, about: (subject: string) => string): readonly Task<ChoiceItem>[] =>
  MMLU_SUBJECTS.map((subject) => ({
    ...whole,
    name: `${whole.name}_${subject}`,
    title: `${whole.title}: ${spell(subject)}`,
    about: about(spell(subject)),
    item(row) {
      const item = choiceItem(row);
      if (item.subject === '') return { ...item, subject };
      // An example that stands for a group serves all subjects of it.
      const isShared = whole.fewshot === 'first-of-group' && item.group !== undefined;
      return item.subject === subject || isShared ? item : undefined;
    },
  }));

export const mmluSubjects = bySubject(
  mmlu,
  (subject) => `The official MMLU questions on ${subject}, answered by letter.`,
);
