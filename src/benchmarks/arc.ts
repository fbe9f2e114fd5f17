import * as v from 'valibot';
import { checkRow, placeOf, text, written } from './check-row';
import { buildContext } from './prompt';
import { type Row, RowError } from './rows';
import { ACC, ACC_NORM, askChoices, judgeByLength } from './score-choices';
import type { Item, Task } from './task';

export interface ArcItem extends Item {
  readonly question: string;
  readonly choices: readonly string[];
  readonly gold: number;
}

const key = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);
/** The hub's rows. */
const flat = v.object({
  question: text,
  choices: written(v.object({ text: v.array(text), label: v.array(key) })),
  answerKey: key,
});
/** The publisher's own JSON lines. */
const nested = v.object({
  question: v.object({ stem: text, choices: v.array(v.object({ text, label: key })) }),
  answerKey: key,
});

function arcItem(row: Row): ArcItem {
  const own = typeof (row.value as { question?: unknown } | null)?.question === 'object';
  if (own) {
    const { question, answerKey } = checkRow(nested, row.value);
    const labels = question.choices.map((c) => c.label);
    return itemOf(
      row,
      question.stem,
      question.choices.map((c) => c.text),
      labels,
      answerKey,
    );
  }
  const { question, choices, answerKey } = checkRow(flat, row.value);
  return itemOf(row, question, choices.text, choices.label, answerKey);
}

function itemOf(row: Row, question: string, choices: string[], labels: string[], answer: string): ArcItem {
  if (choices.length !== labels.length) throw new RowError(`has ${choices.length} choices and ${labels.length} labels`);
  const gold = labels.indexOf(answer);
  if (gold < 0) throw new RowError(`answerKey "${answer.slice(0, 60)}" is none of the labels ${labels.join(', ')}`);
  return { ...placeOf(row), question, choices, gold };
}

const prompt = ({ question }: ArcItem) => `Question: ${question}\nAnswer:`;

const arc = (name: string, title: string, about: string): Task<ArcItem> => ({
  name,
  title,
  about,
  metrics: [ACC_NORM, ACC],
  chance: 0.25,
  defaultShots: 0,
  fewshot: 'random',
  item: arcItem,
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), e.choices[e.gold]!]);
    return askChoices(buildContext('', shots, prompt(item)), item.choices);
  },
  score: (item, outcomes) => judgeByLength(item, item.choices, outcomes),
  shown: ({ question, choices }) => ({ question, choices }),
  chanceOf: ({ choices }) => 1 / choices.length,
});

/** ARC (Clark et al. 2018): school science, each choice's text scored as the answer. */
export const arcEasy = arc('arc_easy', 'ARC, easy', 'The official easy ARC science questions.');
export const arcChallenge = arc('arc_challenge', 'ARC, challenge', 'The official hard ARC science questions.');
