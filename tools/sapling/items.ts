/** Multiple-choice items, and the two ways to put them: lettered as in MMLU, or in cloze form. */
import { FACTS, type Fact, isHeldOut } from './facts';
import type { Random } from './random';
import { drawSum, nearMisses } from './sums';

export interface Item {
  subject: string;
  question: string;
  choices: string[];
  answer: number;
}

export const LETTERS = ['A', 'B', 'C', 'D'] as const;

export const SUBJECTS = [
  'geography',
  'chemistry',
  'biology',
  'astronomy',
  'history',
  'language',
  'geometry',
  'arithmetic',
] as const;

/** Share of a subject's items that are computed rather than looked up in a table. */
const COMPUTED: Record<string, number> = { arithmetic: 1, geometry: 0.4 };

const BY_SUBJECT = new Map(SUBJECTS.map((s) => [s as string, FACTS.filter((f) => f.subject === s)]));

/** Wrong options are other values of the same relation. */
function wrongAnswers(r: Random, fact: Fact): string[] {
  const values = new Set(fact.relation.pairs.map(([, value]) => value));
  values.delete(fact.answer);
  return r.sample([...values], 3);
}

function assemble(r: Random, subject: string, question: string, right: string, wrong: string[]): Item {
  const choices = r.shuffle([right, ...wrong]);
  return { subject, question, choices, answer: choices.indexOf(right) };
}

export function itemOf(r: Random, fact: Fact, question: string): Item {
  return assemble(r, fact.subject, question, fact.answer, wrongAnswers(r, fact));
}

/** An item of the subject: from training's questions, or from those held out. */
export function drawItem(r: Random, subject: string, held: boolean): Item {
  for (;;) {
    if (r.chance(COMPUTED[subject] ?? 0)) {
      const sum = drawSum(r, subject as 'arithmetic' | 'geometry');
      if (isHeldOut(sum.question) === held) {
        return assemble(r, subject, sum.question, String(sum.answer), nearMisses(r, sum.answer));
      }
      continue;
    }
    const fact = r.pick(BY_SUBJECT.get(subject)!);
    const questions = held ? fact.held : fact.open;
    if (questions.length) return itemOf(r, fact, r.pick(questions));
  }
}

export function cloze(item: Item): string {
  return `Question: ${item.question}\nAnswer: ${item.choices[item.answer]}`;
}

export function lettered(item: Item): string {
  const options = item.choices.map((choice, i) => `${LETTERS[i]}. ${choice}`).join('\n');
  return `${item.question}\n${options}\nAnswer: ${LETTERS[item.answer]}`;
}

export function header(subject: string): string {
  return `The following are multiple choice questions (with answers) about ${subject}.`;
}

/** An MMLU prompt with its answers: the header, then items of one subject. */
export function exam(subject: string, items: string[]): string {
  return [header(subject), ...items].join('\n\n');
}
