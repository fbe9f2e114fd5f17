import type { ChoiceItem } from './choice-item';
import { mmlu } from './mmlu';
import { buildContext } from './prompt';
import { strip } from './python-text';
import { ACC, ACC_NORM, askChoices, judgeByLength } from './score-choices';
import type { Task } from './task';

const prompt = ({ question }: ChoiceItem) => `Question: ${strip(question)}\nAnswer:`;

/**
 * MMLU for models too small to bind letters: the model never sees the choices side by side; each one's text is scored as
 * the answer, its log-probability divided by its length in characters (`acc_norm`, as for ARC).
 */
export const mmluCloze: Task<ChoiceItem> = {
  ...mmlu,
  name: 'mmlu_cloze',
  version: undefined,
  title: 'MMLU, by text',
  about: 'The official MMLU questions of 57 subjects, answered by the likeliest text in place of a letter.',
  metrics: [ACC_NORM, ACC],
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), e.choices[e.gold]!]);
    return askChoices(buildContext('', shots, prompt(item)), item.choices);
  },
  score: (item, outcomes) => judgeByLength(item, item.choices, outcomes),
};
