import { gsm8k, readWordProblems, type WordProblem } from './gsm8k';
import { firstExamples, type Task } from './task';

/** GSM-8K's protocol on the bundled word problems. Examples: the first k of their file, the same for every item. */
export const schoolMath: Task<WordProblem> = {
  ...gsm8k,
  name: 'school_math',
  about: 'Word problems with worked answers, written for this project, in GSM-8K’s format; not the official set.',
  bundled: { items: 'benchmarks/school_math/items.jsonl', fewshot: 'benchmarks/school_math/fewshot.jsonl' },
  items: (file) => readWordProblems(file, 'school_math'),
  examples: (pool, items, shots) => firstExamples(pool, items, shots),
};
