import type { ChoiceItem } from './choice-item';
import { mmlu } from './mmlu';
import { school } from './school';
import type { Task } from './task';

/** MMLU's own protocol on the bundled school questions: the harder way, for a model must learn to name a letter. */
export const schoolLetters: Task<ChoiceItem> = {
  ...mmlu,
  name: 'school_letters',
  title: 'School, by letter',
  about:
    'Multiple-choice questions written for this project, in MMLU’s format; not the official set. Answered by letter, as MMLU is.',
  bundled: school.bundled!,
};
