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
/** Two lists as the hub's rows have them, or a list of pairs. */
const labelled = written(
  v.union([
    v.object({ text: v.array(text), label: v.array(key) }),
    v.pipe(
      v.array(v.object({ text, label: key })),
      v.transform((pairs) => ({ text: pairs.map((p) => p.text), label: pairs.map((p) => p.label) })),
    ),
  ]),
);
const flat = v.object({ question: text, choices: labelled, answerKey: key });
/** The publisher's JSON lines. */
const nested = v.object({ question: v.object({ stem: text, choices: labelled }), answerKey: key });
/** The publisher's CSV: the choices stand in the question, as "(A) ... (B) ...". */
const inline = v.object({ question: text, AnswerKey: key });

const LABEL = / *\(([A-E]|[1-5])\) /;

function arcItem(row: Row): ArcItem {
  const value = Object(row.value);
  if (typeof value.question === 'object') {
    const { question, answerKey } = checkRow(nested, value);
    return itemOf(row, question.stem, question.choices, answerKey);
  }
  if ('AnswerKey' in value) {
    const { question, AnswerKey } = checkRow(inline, value);
    const [stem = '', ...parts] = question.split(LABEL);
    const every = (from: 0 | 1) => parts.filter((_, i) => i % 2 === from);
    return itemOf(row, stem, { label: every(0), text: every(1) }, AnswerKey);
  }
  const { question, choices, answerKey } = checkRow(flat, row.value);
  return itemOf(row, question, choices, answerKey);
}

function itemOf(row: Row, question: string, choices: v.InferOutput<typeof labelled>, answer: string): ArcItem {
  const { text, label } = choices;
  if (text.length < 2 || text.length !== label.length) {
    throw new RowError(`has ${text.length} choices and ${label.length} labels`);
  }
  const gold = label.indexOf(answer);
  if (gold < 0) throw new RowError(`answerKey "${answer.slice(0, 60)}" is none of the labels ${label.join(', ')}`);
  return { ...placeOf(row), question, choices: text, gold };
}

const prompt = ({ question }: ArcItem) => `Question: ${question}\nAnswer:`;

const arc = (name: string, title: string, about: string): Task<ArcItem> => ({
  name,
  version: 1,
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
