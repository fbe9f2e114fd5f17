import * as v from 'valibot';
import { checkGold, checkRow, label, number, placeOf, text, written } from './check-row';
import { buildContext } from './prompt';
import { strip } from './python-text';
import { ACC, ACC_NORM, askChoices, judgeByLength } from './score-choices';
import type { Item, Task } from './task';

interface HellaswagItem extends Item {
  readonly query: string;
  readonly choices: readonly string[];
  readonly gold: number;
}

const raw = v.object({
  activity_label: v.string(),
  ctx_a: v.string(),
  ctx_b: v.string(),
  endings: written(v.pipe(v.array(v.string()), v.minLength(2, 'are fewer than 2'))),
  label,
});
/** Rows that were cleaned before. */
const cleaned = v.object({ query: text, choices: written(v.pipe(v.array(text), v.minLength(2))), gold: number });

/** The field's cleaning: a title becomes the end of a sentence, other brackets go, double spaces become single, once. */
export const clean = (dirty: string): string =>
  strip(dirty)
    .replaceAll(' [title]', '. ')
    // Python's `.` stops at a new line only.
    .replace(/\[[^\n]*?\]/g, '')
    .replaceAll('  ', ' ');

/** Characters whose title case is not their upper case: the digraphs, and what upper-casing spells out. */
const TITLE: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'ǄǅǆǇǈǉǊǋǌǱǲǳ'].map((c, i) => [c, 'ǅǅǅǈǈǈǋǋǋǲǲǲ'[i]!])),
  ...{ ß: 'Ss', ﬀ: 'Ff', ﬁ: 'Fi', ﬂ: 'Fl', ﬃ: 'Ffi', ﬄ: 'Ffl', ﬅ: 'St', ﬆ: 'St' },
};

/** Python's `str.capitalize`: the first character in title case, the rest in lower case. */
function capitalise(words: string): string {
  const [first = ''] = words;
  return (TITLE[first] ?? first.toUpperCase()) + words.slice(first.length).toLowerCase();
}

/** HellaSwag (Zellers et al. 2019): which ending goes on from a scene. */
export const hellaswag: Task<HellaswagItem> = {
  name: 'hellaswag',
  version: 1,
  title: 'HellaSwag',
  about: 'The official HellaSwag scenes, each with four endings.',
  metrics: [ACC_NORM, ACC],
  chance: 0.25,
  defaultShots: 0,
  fewshot: 'random-others',
  item(row) {
    if ('query' in Object(row.value)) {
      const { query, choices, gold } = checkRow(cleaned, row.value);
      return { ...placeOf(row), query, choices, gold: checkGold(gold, choices) };
    }
    const { activity_label, ctx_a, ctx_b, endings, ...scene } = checkRow(raw, row.value);
    return {
      ...placeOf(row),
      query: clean(`${activity_label}: ${ctx_a} ${capitalise(ctx_b)}`),
      choices: endings.map(clean),
      gold: checkGold(scene.label, endings),
    };
  },
  requests(item, examples) {
    const shots = examples.map((e): [string, string] => [e.query, e.choices[e.gold]!]);
    return askChoices(buildContext('', shots, item.query), item.choices);
  },
  score: (item, outcomes) => judgeByLength(item, item.choices, outcomes),
  shown: ({ query, choices }) => ({ question: query, choices }),
};
