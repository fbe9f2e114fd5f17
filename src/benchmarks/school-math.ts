import { gsm8k, type WordProblem } from './gsm8k';
import type { Task } from './task';

/** GSM-8K's protocol on Sapling's own word problems. Examples: the first k of their file, the same for every item. */
export const schoolMath: Task<WordProblem> = {
  ...gsm8k,
  name: 'school_math',
  title: 'Word problems',
  about: 'Word problems with worked answers, written for this project, in GSM-8K’s format; not the official set.',
  fewshot: 'first',
  bundled: { items: 'benchmarks/school_math/items.jsonl', fewshot: 'benchmarks/school_math/fewshot.jsonl' },
};
