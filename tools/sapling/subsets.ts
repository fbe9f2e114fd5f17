/** The bundled subsets and texts: items, problems and stories of which training never sees the question, the numbers or the words. */
import { drawItem, type Item, LETTERS, lettered, SUBJECTS } from './items';
import { TEMPLATES } from './problem-templates';
import { drawProblem, type Problem, told } from './problems';
import { Random } from './random';
import { drawStory } from './stories';

const SEED = 20261123;
const PER_SUBJECT = 25;
const SHOTS = 5;
const PROBLEMS = 100;
const PROBLEM_SHOTS = 8;
/** The stories to measure on have a seed of their own: more of them change nothing else. */
const STORIES_SEED = 20261129;
/** Nearly 24 windows of 128 tokens. */
const STORIES = 38;

/** Put the right choice at the wanted letter. */
function moved(item: Item, to: number): Item {
  const choices = [...item.choices];
  [choices[item.answer], choices[to]] = [choices[to]!, choices[item.answer]!];
  return { ...item, choices, answer: to };
}

/** n items of a subject, no question twice. */
function draw(r: Random, subject: string, n: number, seen: Set<string>): Item[] {
  const out: Item[] = [];
  while (out.length < n) {
    const item = drawItem(r, subject, true);
    if (seen.has(item.question)) continue;
    seen.add(item.question);
    out.push(item);
  }
  return out;
}

/** In random order, so that the first n are a fair sample, with the right answers spread evenly over the letters. */
function spread(r: Random, items: Item[]): Item[] {
  const letters = r.shuffle(items.map((_, i) => i % LETTERS.length));
  return r.shuffle(items).map((item, i) => moved(item, letters[i]!));
}

export interface Subsets {
  items: Item[];
  itemShots: Item[];
  problems: Problem[];
  problemShots: Problem[];
  /** A short text of every kind that Sapling knows. */
  calibration: string;
}

export function subsets(): Subsets {
  const r = new Random(SEED);
  const seen = new Set<string>();
  const items = spread(
    r,
    SUBJECTS.flatMap((s) => draw(r, s, PER_SUBJECT, seen)),
  );
  const itemShots = SUBJECTS.flatMap((s) => draw(r, s, SHOTS, seen));
  const keys = new Set<string>();
  const fresh = (template: number): Problem => {
    for (;;) {
      const problem = drawProblem(r, true, template);
      if (keys.has(problem.key)) continue;
      keys.add(problem.key);
      return problem;
    }
  };
  const all = Array.from({ length: PROBLEMS + PROBLEM_SHOTS }, (_, i) => fresh(i % TEMPLATES.length));
  const problems = r.shuffle(all.slice(0, PROBLEMS));
  const problemShots = r.shuffle(all.slice(PROBLEMS));
  const item = draw(r, 'geography', 1, seen)[0]!;
  const calibration = [drawStory(r, true), 'The capital of Norway is Oslo.', lettered(item), told(fresh(0))].join(
    '\n\n',
  );
  return { items, itemShots, problems, problemShots, calibration };
}

/** The text that Sapling is measured on: held-out stories, a paragraph each, none twice. */
export function storiesText(): string {
  const r = new Random(STORIES_SEED);
  const stories = new Set<string>();
  while (stories.size < STORIES) stories.add(drawStory(r, true));
  return [...stories].join('\n\n');
}
