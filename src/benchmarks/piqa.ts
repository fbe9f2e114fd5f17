import * as v from 'valibot';
import { LopperError } from '../errors';
import { checkGold, checkRow, label, placeOf, text } from './check-row';
import { buildContext } from './prompt';
import type { Row } from './rows';
import { ACC, ACC_NORM, askChoices, judgeByLength } from './score-choices';
import type { Item, Task } from './task';

interface PiqaItem extends Item {
  readonly goal: string;
  readonly choices: readonly [string, string];
  readonly gold: number;
}

const row = v.object({ goal: text, sol1: text, sol2: text, label });

const prompt = ({ goal }: PiqaItem) => `Question: ${goal}\nAnswer:`;

/** The publisher keeps the labels in a file of their own, one a line: they go to the rows beside them. */
function joinLabels(files: readonly (readonly Row[])[]): readonly (readonly Row[])[] {
  const isLabels = (rows: readonly Row[]) => rows.every((r) => typeof r.value === 'number');
  const labels = files.find(isLabels);
  if (!labels) return files;
  return files
    .filter((rows) => rows !== labels)
    .map((rows) => {
      if (rows.length === labels.length) {
        return rows.map((r, i) => ({ ...r, value: { ...Object(r.value), label: labels[i]!.value } }));
      }
      throw new LopperError(
        'benchmark-invalid',
        `${labels[0]!.file} has ${labels.length} labels for the ${rows.length} rows of ${rows[0]!.file}.`,
        'Give the labels that were published with these rows.',
      );
    });
}

/** PIQA (Bisk et al. 2020): which of two ways reaches a goal. */
export const piqa: Task<PiqaItem> = {
  name: 'piqa',
  version: 1,
  title: 'PIQA',
  about: 'The official PIQA goals, each with two ways to reach it.',
  metrics: [ACC_NORM, ACC],
  chance: 0.5,
  defaultShots: 0,
  fewshot: 'random-others',
  join: joinLabels,
  item(found) {
    const { goal, sol1, sol2, label: gold } = checkRow(row, found.value);
    const choices = [sol1, sol2] as const;
    return { ...placeOf(found), goal, choices, gold: checkGold(gold, choices) };
  },
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [prompt(e), e.choices[e.gold]!]);
    return askChoices(buildContext('', shots, prompt(item)), item.choices);
  },
  score: (item, outcomes) => judgeByLength(item, item.choices, outcomes),
  shown: ({ goal, choices }) => ({ question: goal, choices }),
};
