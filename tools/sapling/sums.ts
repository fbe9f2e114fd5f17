/** Questions whose answer is computed: mental arithmetic and small geometry. */
import type { Random } from './random';

export interface Sum {
  subject: 'arithmetic' | 'geometry';
  question: string;
  answer: number;
}

type Maker = (r: Random) => [question: string, answer: number];

const ARITHMETIC: Maker[] = [
  (r) => {
    const [a, b] = [r.int(2, 60), r.int(2, 39)];
    return [r.pick([`What is ${a} + ${b}?`, `What is the sum of ${a} and ${b}?`, `What is ${a} plus ${b}?`]), a + b];
  },
  (r) => {
    const [a, b] = [r.int(2, 60), r.int(2, 39)];
    return [
      r.pick([`What is ${a + b} - ${b}?`, `What is ${a + b} minus ${b}?`, `How much is ${b} less than ${a + b}?`]),
      a,
    ];
  },
  (r) => {
    const [a, b] = [r.int(2, 10), r.int(2, 10)];
    return [
      r.pick([`What is ${a} times ${b}?`, `What is the product of ${a} and ${b}?`, `How much is ${a} times ${b}?`]),
      a * b,
    ];
  },
  (r) => {
    const [a, b] = [r.int(2, 10), r.int(2, 10)];
    return [r.pick([`What is ${a * b} divided by ${b}?`, `How many times does ${b} go into ${a * b}?`]), a];
  },
  (r) => {
    const a = r.int(2, 50);
    return r.chance(0.5) ? [`What is half of ${2 * a}?`, a] : [`What is double ${a}?`, 2 * a];
  },
  (r) => {
    const a = r.int(2, 90);
    return r.chance(0.5)
      ? [`Which number comes just after ${a}?`, a + 1]
      : [`Which number comes just before ${a}?`, a - 1];
  },
];

const GEOMETRY: Maker[] = [
  (r) => {
    const [a, b] = [r.int(2, 10), r.int(2, 10)];
    return [
      r.pick([
        `What is the area of a rectangle of ${a} by ${b}?`,
        `A rectangle has sides ${a} and ${b}. What is its area?`,
      ]),
      a * b,
    ];
  },
  (r) => {
    const a = r.int(2, 10);
    return r.chance(0.5)
      ? [`What is the perimeter of a square with side ${a}?`, 4 * a]
      : [`What is the area of a square with side ${a}?`, a * a];
  },
  (r) => {
    const a = r.int(2, 40);
    return r.chance(0.5)
      ? [`A circle has radius ${a}. What is its diameter?`, 2 * a]
      : [`A circle has diameter ${2 * a}. What is its radius?`, a];
  },
];

export function drawSum(r: Random, subject: Sum['subject']): Sum {
  const [question, answer] = r.pick(subject === 'arithmetic' ? ARITHMETIC : GEOMETRY)(r);
  return { subject, question, answer };
}

/** Wrong numbers near the right one, as slips would give them. */
export function nearMisses(r: Random, answer: number): string[] {
  const slips = [1, -1, 2, -2, 3, 5, -5, 10, -10, 20].map((d) => answer + d).filter((n) => n > 0);
  return r.sample(slips, 3).map(String);
}
