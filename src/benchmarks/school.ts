import type { ChoiceItem } from './choice-item';
import { mmluCloze } from './mmlu-cloze';
import type { Task } from './task';

/** The bundled school questions in the cloze form. */
export const school: Task<ChoiceItem> = {
  ...mmluCloze,
  name: 'school',
  title: 'School questions',
  about:
    'Multiple-choice questions written for this project, in MMLU’s format; not the official set. Answered by the likeliest text.',
  bundled: { items: 'benchmarks/school/items.jsonl', fewshot: 'benchmarks/school/fewshot.jsonl' },
};
