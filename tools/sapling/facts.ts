/** The tables as facts: each has wordings to train on and, for most, a wording that training never sees. */
import { hash } from './random';
import type { Relation } from './relation';
import { GEOGRAPHY } from './tables/geography';
import { PEOPLE_AND_WORDS } from './tables/people';
import { SCIENCE } from './tables/science';
import { SHAPES } from './tables/shapes';

export interface Fact {
  subject: string;
  relation: Relation;
  answer: string;
  /** Questions for training. */
  open: string[];
  /** Questions kept for the bundled subsets: no training text holds one. */
  held: string[];
  statements: string[];
}

export const RELATIONS: Relation[] = [...GEOGRAPHY, ...SCIENCE, ...PEOPLE_AND_WORDS, ...SHAPES];

/** The one rule of what is held out, by the text of a question or by a problem's template and numbers. */
export function isHeldOut(key: string): boolean {
  return hash(key) % 7 === 0;
}

function fill(wording: string, x: string, y = ''): string {
  const text = wording
    .replaceAll('{x}', x)
    .replaceAll('{y}', y)
    .replace(/\b(a) (?=[aeio](?!u))/gi, '$1n ');
  return text.startsWith(x) && /^[A-Z]?[a-z]?$/.test(x) ? text : text[0]!.toUpperCase() + text.slice(1);
}

function factsOf(relation: Relation): Fact[] {
  return relation.pairs.map(([x, answer]) => {
    const asked = relation.questions.map((q) => fill(q, x));
    let open = asked.filter((q) => !isHeldOut(q));
    let held = asked.filter(isHeldOut);
    if (open.length < 2) [open, held] = [asked, []];
    const statements = relation.statements.map((s) => fill(s, x, answer));
    return { subject: relation.subject, relation, answer, open, held, statements };
  });
}

export const FACTS: Fact[] = RELATIONS.flatMap(factsOf);

/** A question asked of two facts would have two right answers: the tables must not hold one. */
export function contradictions(): string[] {
  const seen = new Map<string, string>();
  const bad: string[] = [];
  for (const fact of FACTS) {
    for (const q of [...fact.open, ...fact.held]) {
      if (seen.has(q) && seen.get(q) !== fact.answer) bad.push(`${q} ${seen.get(q)} / ${fact.answer}`);
      seen.set(q, fact.answer);
    }
  }
  return bad;
}
