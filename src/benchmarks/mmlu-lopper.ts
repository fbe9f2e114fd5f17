import type { ChoiceItem } from './choice-item';
import { bySubject, mmlu } from './mmlu';
import type { Task } from './task';

/** MMLU's protocol on questions that ship. Examples: the first k of the subject's group. */
export const mmluLopper: Task<ChoiceItem> = {
  ...mmlu,
  name: 'mmlu-lopper',
  title: 'MMLU’s format',
  about:
    'Four questions for each of MMLU’s 57 subjects, written for this project in MMLU’s format; not the official set. Answered by letter.',
  fewshot: 'first-of-group',
  bundled: { items: 'benchmarks/mmlu-lopper/items.jsonl', fewshot: 'benchmarks/mmlu-lopper/fewshot.jsonl' },
};

export const mmluLopperSubjects = bySubject(
  mmluLopper,
  (subject) => `Four questions on ${subject}, written for this project in MMLU’s format; not the official set.`,
);
