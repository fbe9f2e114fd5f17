import * as v from 'valibot';
import { checkRow, number, placeOf, text } from './check-row';
import { buildContext } from './prompt';
import { strip } from './python-text';
import { RowError } from './rows';
import { ACC, judgeLikeliest } from './score-choices';
import type { Item, Task } from './task';

interface WinograndeItem extends Item {
  readonly sentence: string;
  /** What may stand in the blank. */
  readonly options: readonly [string, string];
  readonly gold: number;
}

const row = v.object({
  sentence: v.pipe(text, v.includes('_', 'has no blank "_"')),
  option1: text,
  option2: text,
  answer: number,
});

/** The sentence up to the blank with an option in it, and the rest. */
function split({ sentence, options }: WinograndeItem, option: number): [before: string, after: string] {
  const blank = sentence.indexOf('_');
  return [sentence.slice(0, blank) + options[option]!, strip(sentence.slice(blank + 1))];
}

/** WinoGrande (Sakaguchi et al. 2020): who or what a blank stands for. Two contexts, one continuation. */
export const winogrande: Task<WinograndeItem> = {
  name: 'winogrande',
  version: 1,
  title: 'WinoGrande',
  about: 'The official WinoGrande sentences, with a blank and two things it can stand for.',
  metrics: [ACC],
  chance: 0.5,
  defaultShots: 0,
  fewshot: 'random-others',
  item(found) {
    const { sentence, option1, option2, answer } = checkRow(row, found.value);
    if (answer !== 1 && answer !== 2) throw new RowError(`answer ${answer} is neither 1 nor 2`);
    return { ...placeOf(found), sentence, options: [option1, option2], gold: answer - 1 };
  },
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => split(e, e.gold));
    return item.options.map((_, option) => {
      const [before, after] = split(item, option);
      return { kind: 'score', context: buildContext('', shots, before), continuation: ` ${after}` };
    });
  },
  score: judgeLikeliest,
  shown: ({ sentence, options }) => ({ question: sentence, choices: options }),
};
