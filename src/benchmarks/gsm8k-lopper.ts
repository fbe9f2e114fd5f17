import { gsm8k, type WordProblem } from './gsm8k';
import type { Task } from './task';

/** GSM-8K's protocol on word problems that ship. Examples: the first k of their file, the same for every item. */
export const gsm8kLopper: Task<WordProblem> = {
  ...gsm8k,
  name: 'gsm8k-lopper',
  title: 'GSM-8K’s format',
  about:
    'A hundred word problems with worked answers, written for this project in GSM-8K’s format; not the official set. Answered in writing.',
  // Nobody ends an answer on "#### 5" who has not seen it done.
  defaultShots: 5,
  fewshot: 'first',
  bundled: { items: 'benchmarks/gsm8k-lopper/items.jsonl', fewshot: 'benchmarks/gsm8k-lopper/fewshot.jsonl' },
};
