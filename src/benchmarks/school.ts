import { type ChoiceItem, readChoiceItems, sameSubject } from './choice-item';
import { codePoints, strip } from './python-text';
import { argmax, buildContext, firstExamples, logprobsOf, type Task } from './task';

const prompt = ({ question }: ChoiceItem) => `Question: ${strip(question)}\nAnswer:`;

/**
 * The bundled school questions in the cloze form: the model never sees the choices side by side; each one's text is
 * scored as the answer, its log-probability divided by its length in characters (`acc_norm`, as for ARC).
 */
export const school: Task<ChoiceItem> = {
  name: 'school',
  about:
    'Multiple-choice questions written for this project, in MMLU’s format; not the official set. Answered by the likeliest text.',
  metric: 'acc_norm',
  chance: 0.25,
  defaultShots: 0,
  bundled: { items: 'benchmarks/school/items.jsonl', fewshot: 'benchmarks/school/fewshot.jsonl' },
  items: (file) => readChoiceItems(file, 'school'),
  examples: (pool, items, shots) => firstExamples(pool, items, shots, sameSubject),
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), e.choices[e.gold]!]);
    const context = buildContext('', shots, prompt(item));
    return item.choices.map((choice) => ({ kind: 'score', context, continuation: ` ${choice}` }));
  },
  score(item, outcomes) {
    const logprobs = logprobsOf(item, outcomes);
    const answer = argmax(logprobs.map((logprob, i) => logprob / codePoints(item.choices[i]!)));
    const correct = answer === item.gold;
    return { answer, correct, metrics: { acc: Number(argmax(logprobs) === item.gold), acc_norm: Number(correct) } };
  },
};
