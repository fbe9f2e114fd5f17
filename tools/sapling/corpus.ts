/** The training text: documents of every kind, drawn from one seed. */
import { FACTS } from './facts';
import { cloze, drawItem, exam, lettered, SUBJECTS } from './items';
import { lookups } from './lookups';
import { drawProblem, told } from './problems';
import type { Random } from './random';
import { drawStory } from './stories';

/** Share of documents of each kind. */
export const MIX = {
  cloze: 25,
  statements: 8,
  exam: 25,
  lookups: 5,
  problems: 26,
  sums: 25,
  story: 12,
};

const many = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);

const WRITERS: Record<keyof typeof MIX, (r: Random) => string> = {
  cloze: (r) => {
    const one = r.pick(SUBJECTS);
    const mixed = r.chance(0.6);
    return many(r.int(1, 12), () => cloze(drawItem(r, mixed ? r.pick(FACTS).subject : one, false))).join('\n\n');
  },
  statements: (r) => many(r.int(3, 10), () => r.pick(r.pick(FACTS).statements)).join(' '),
  exam: (r) => {
    const subject = r.pick(SUBJECTS);
    return exam(
      subject,
      many(r.int(1, 6), () => lettered(drawItem(r, subject, false))),
    );
  },
  lookups,
  problems: (r) => many(r.int(1, 5), () => told(drawProblem(r, false))).join('\n\n'),
  sums,
  story: (r) => drawStory(r, false),
};

/** The steps of worked answers, one a line: sums as problems need them, and little else. */
function sums(r: Random): string {
  const lines: string[] = [];
  const wanted = r.int(8, 20);
  while (lines.length < wanted) {
    const { answer } = drawProblem(r, false);
    lines.push(r.pick(answer.match(/\d+ [-+x/] \d+ = \d+/g)!));
  }
  return lines.join('\n');
}

export function document(r: Random): string {
  return WRITERS[r.weighted(MIX)](r);
}
