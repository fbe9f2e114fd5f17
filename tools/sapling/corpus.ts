/** The training text: documents of every kind, drawn from one seed. */
import { FACTS } from './facts';
import { cloze, drawItem, exam, lettered, SUBJECTS } from './items';
import { lookups } from './lookups';
import { drawProblem, told } from './problems';
import type { Random } from './random';
import { drawStory } from './stories';

/** Share of documents of each kind. */
export const MIX = {
  cloze: 30,
  statements: 10,
  exam: 13,
  lookups: 9,
  problems: 28,
  drill: 4,
  story: 6,
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
  lookups: (r) => lookups(r, 0.3),
  problems: (r) => many(r.int(1, 5), () => told(drawProblem(r, false))).join('\n\n'),
  drill: (r) => many(r.int(8, 16), () => drill(r)).join('\n'),
  story: (r) => drawStory(r, false),
};

/** Bare sums, as the worked answers write them. */
function drill(r: Random): string {
  const [a, b] = [r.int(2, 99), r.int(2, 99)];
  const [c, d] = [r.int(2, 20), r.int(2, 9)];
  return r.pick([
    `${a} + ${b} = ${a + b}`,
    `${a + b} - ${b} = ${a}`,
    `${c} x ${d} = ${c * d}`,
    `${c * d} / ${d} = ${c}`,
  ]);
}

/** The steps of worked answers, one a line: sums as problems need them, in a quarter of the tokens. */
export function steps(r: Random): string {
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
