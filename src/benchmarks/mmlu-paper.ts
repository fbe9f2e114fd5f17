import { type ChoiceItem, spell } from './choice-item';
import { LETTERS, mmlu } from './mmlu';
import type { Task } from './task';

const prompt = ({ question, choices }: ChoiceItem, answer = '') =>
  `${question}${choices.map((choice, i) => `\n${LETTERS[i]}. ${choice}`).join('')}\nAnswer:${answer}`;

/**
 * MMLU as the paper's own script asks it (MMLU's first evaluation code): two spaces in the header, examples left out
 * from the end until the prompt has 2,048 tokens at most, and the label scored without its space.
 */
export const mmluPaper: Task<ChoiceItem> = {
  ...mmlu,
  name: 'mmlu_paper',
  version: undefined,
  title: 'MMLU, the paper’s way',
  about: 'The official MMLU questions of 57 subjects, asked as the paper’s own script does.',
  defaultShots: 5,
  maxPromptTokens: 2048,
  requests(item, examples) {
    const header = `The following are multiple choice questions (with answers) about  ${spell(item.subject)}.\n\n`;
    const shots = examples.map((e) => prompt(e, ` ${LETTERS[e.gold]}\n\n`)).join('');
    const context = `${header}${shots}${prompt(item)}`;
    return LETTERS.map((letter) => ({ kind: 'score', context, continuation: letter, alone: true }));
  },
};
