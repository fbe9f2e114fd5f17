import * as v from 'valibot';
import { checkRow, placeOf, text } from './check-row';
import { buildContext } from './prompt';
import { RowError } from './rows';
import { ACC, logprobsOf } from './score-choices';
import type { Item, Task } from './task';

interface LambadaItem extends Item {
  readonly context: string;
  /** The last word with its space. */
  readonly gold: string;
}

const row = v.object({ text });

/** LAMBADA (Paperno et al. 2016, OpenAI's file): the last word of a passage, right where every token of it is the likeliest. */
export const lambada: Task<LambadaItem> = {
  name: 'lambada_openai',
  version: 1,
  title: 'LAMBADA',
  about: 'The official LAMBADA passages (OpenAI’s file), whose last word is to be found.',
  metrics: [ACC, { name: 'perplexity', kind: 'perplexity' }],
  chance: 0,
  defaultShots: 0,
  fewshot: 'random-others',
  item(found) {
    const { text } = checkRow(row, found.value);
    const space = text.lastIndexOf(' ');
    if (space < 0) throw new RowError('is a single word, with nothing before it');
    return { ...placeOf(found), context: text.slice(0, space), gold: text.slice(space) };
  },
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [e.context, e.gold.slice(1)]);
    return [{ kind: 'score', context: buildContext('', shots, item.context), continuation: item.gold }];
  },
  score(item, outcomes) {
    const [logprob] = logprobsOf(item, outcomes);
    const correct = outcomes[0]!.greedy === true;
    return {
      answer: correct ? item.gold.slice(1) : '(another word)',
      correct,
      metrics: { acc: Number(correct), perplexity: logprob! },
    };
  },
  shown: ({ context }) => ({ question: `${context} …` }),
};
