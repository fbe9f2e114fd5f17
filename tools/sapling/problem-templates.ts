/** The templates of the word problems. Each step ends in `= result`; the last result is the answer. */
import type { Random } from './random';

export interface Cast {
  /** Two different people and a thing that can be counted. */
  a: string;
  b: string;
  things: string;
}

export interface Told {
  numbers: number[];
  text: string;
  steps: string[];
}

const PEOPLE = [
  'Anna',
  'Ben',
  'Carla',
  'David',
  'Emma',
  'Finn',
  'Grace',
  'Hugo',
  'Ivy',
  'Jack',
  'Kate',
  'Leo',
  'Mia',
  'Noah',
];
const THINGS = [
  'apples',
  'books',
  'cards',
  'coins',
  'eggs',
  'marbles',
  'pencils',
  'stamps',
  'shells',
  'cookies',
  'pears',
  'stickers',
];

export function cast(r: Random): Cast {
  const [a, b] = r.sample(PEOPLE, 2) as [string, string];
  return { a, b, things: r.pick(THINGS) };
}

const add = (a: number, b: number) => `${a} + ${b} = ${a + b}`;
const sub = (a: number, b: number) => `${a} - ${b} = ${a - b}`;
const mul = (a: number, b: number) => `${a} x ${b} = ${a * b}`;
const div = (a: number, b: number) => `${a} / ${b} = ${a / b}`;

export const TEMPLATES: ((r: Random, c: Cast) => Told)[] = [
  (r, { a, b, things }) => {
    const [x, y, z] = [r.int(5, 50), r.int(3, 40), r.int(2, 20)];
    const text = `${a} has ${x} ${things}. ${a} buys ${y} more and gives ${z} to ${b}. How many ${things} does ${a} have now?`;
    return { numbers: [x, y, z], text, steps: [add(x, y), sub(x + y, z)] };
  },
  (r, { a, things }) => {
    const [x, y, z] = [r.int(30, 90), r.int(3, 25), r.int(2, 25)];
    const text = `${a} had ${x} ${things}. ${a} lost ${y} and then found ${z}. How many ${things} does ${a} have now?`;
    return { numbers: [x, y, z], text, steps: [sub(x, y), add(x - y, z)] };
  },
  (r, { a, things }) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 30)];
    const text = `${a} has ${x} bags with ${y} ${things} in each, and ${z} more ${things}. How many ${things} does ${a} have?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), add(x * y, z)] };
  },
  (r, { a, things }) => {
    const [x, y, z] = [r.int(3, 9), r.int(3, 9), r.int(2, 8)];
    const text = `${a} fills ${x} boxes with ${y} ${things} each. Then ${z} ${things} are taken out. How many ${things} are left?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), sub(x * y, z)] };
  },
  (r, { a, b, things }) => {
    const [x, y] = [r.int(5, 60), r.int(2, 30)];
    const text = `${a} has ${x} ${things}. ${b} has ${y} more than ${a}. How many ${things} do they have together?`;
    return { numbers: [x, y], text, steps: [add(x, y), add(x, x + y)] };
  },
  (r, { a, b, things }) => {
    const [x, y] = [r.int(20, 80), r.int(2, 18)];
    const text = `${a} has ${x} ${things}. ${b} has ${y} fewer than ${a}. How many ${things} do they have together?`;
    return { numbers: [x, y], text, steps: [sub(x, y), add(x, x - y)] };
  },
  (r, { a, b, things }) => {
    const [x, y] = [r.int(2, 20), r.int(2, 5)];
    const text = `${a} has ${x} ${things}. ${b} has ${y} times as many. How many ${things} do they have in all?`;
    return { numbers: [x, y], text, steps: [mul(x, y), add(x, x * y)] };
  },
  (r, { a, things }) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 30)];
    const text = `One box of ${things} costs ${x} dollars. ${a} buys ${y} boxes and has ${z} dollars left. How many dollars did ${a} have at first?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), add(x * y, z)] };
  },
  (r, { a }) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(50, 99)];
    const text = `${a} has ${z} dollars and buys ${x} tickets at ${y} dollars each. How many dollars are left?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), sub(z, x * y)] };
  },
  (r, { a }) => {
    const [x, y, z, w] = [r.int(2, 9), r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const text = `${a} buys ${x} pens at ${y} dollars each and ${z} books at ${w} dollars each. How many dollars does ${a} pay?`;
    return { numbers: [x, y, z, w], text, steps: [mul(x, y), mul(z, w), add(x * y, z * w)] };
  },
  (r, { a, things }) => {
    const [n, each, extra] = [r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const text = `${a} shares ${n * each} ${things} among ${n} friends. One friend already had ${extra}. How many ${things} does that friend have now?`;
    return { numbers: [n, each, extra], text, steps: [div(n * each, n), add(each, extra)] };
  },
  (r, { a, b, things }) => {
    const [n, x] = [r.int(2, 9), r.int(3, 9)];
    const y = r.int(2, n * x - 2);
    const z = n * x - y;
    const text = `${a} has ${y} ${things} and ${b} has ${z}. They put them together and share them among ${n} children. How many ${things} does each child get?`;
    return { numbers: [y, z, n], text, steps: [add(y, z), div(y + z, n)] };
  },
  (r, { a }) => {
    const [x, y, d] = [r.int(2, 20), r.int(2, 20), r.int(2, 5)];
    const text = `${a} reads ${x} pages in the morning and ${y} pages in the evening. How many pages does ${a} read in ${d} days?`;
    return { numbers: [x, y, d], text, steps: [add(x, y), mul(x + y, d)] };
  },
  (r, { a }) => {
    const [x, d, left] = [r.int(2, 9), r.int(2, 9), r.int(5, 60)];
    const text = `A book has ${x * d + left} pages. ${a} reads ${x} pages a day for ${d} days. How many pages are left?`;
    return { numbers: [x, d, left], text, steps: [mul(x, d), sub(x * d + left, x * d)] };
  },
  (r) => {
    const [x, y, z] = [r.int(10, 60), r.int(2, 9), r.int(2, 30)];
    const text = `A bus has ${x} people on it. At a stop ${y} get off and ${z} get on. How many people are on the bus now?`;
    return { numbers: [x, y, z], text, steps: [sub(x, y), add(x - y, z)] };
  },
  (r) => {
    const [x, y, z, w] = [r.int(20, 60), r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const text = `A train has ${x} people on it. First ${y} get off, then ${z} get on, then ${w} get off. How many people are on the train now?`;
    return { numbers: [x, y, z, w], text, steps: [sub(x, y), add(x - y, z), sub(x - y + z, w)] };
  },
  (r) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 40)];
    const text = `A farm has ${x} cows for every dog. It has ${y} dogs and ${z} hens. How many animals are cows or hens?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), add(x * y, z)] };
  },
  (r) => {
    const [x, y] = [r.int(2, 20), r.int(2, 20)];
    const text = `A farm has ${x} hens and ${y} cows. A hen has 2 legs and a cow has 4 legs. How many legs are there?`;
    return { numbers: [x, y], text, steps: [mul(x, 2), mul(y, 4), add(2 * x, 4 * y)] };
  },
  (r, { a }) => {
    const [x, y] = [r.int(3, 30), r.int(2, 20)];
    const text = `A garden is ${x} steps long and ${y} steps wide. ${a} walks around it once. How many steps is that?`;
    return { numbers: [x, y], text, steps: [add(x, y), mul(x + y, 2)] };
  },
  (r, { a }) => {
    const [x, y, z] = [r.int(2, 9), r.int(3, 9), r.int(2, 5)];
    const text = `${a} plants ${x} rows of ${y} trees. Then ${z} trees die. How many trees live?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), sub(x * y, z)] };
  },
  (r, { a, b }) => {
    const [x, y, z] = [r.int(4, 30), r.int(2, 20), r.int(2, 10)];
    const text = `${a} is ${x} years old. ${b} is ${y} years older. How old will ${b} be in ${z} years?`;
    return { numbers: [x, y, z], text, steps: [add(x, y), add(x + y, z)] };
  },
  (r, { a, b }) => {
    const [x, y, z] = [r.int(4, 30), r.int(2, 20), r.int(2, 10)];
    const text = `${a} is ${x} years old. ${b} is ${y} years older. How old will they be together in ${z} years?`;
    return {
      numbers: [x, y, z],
      text,
      steps: [add(x, y), add(x, x + y), mul(z, 2), add(x + x + y, 2 * z)],
    };
  },
  (r, { a }) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const text = `${a} runs ${x} miles a day on ${y} days and ${z} miles on one more day. How many miles does ${a} run?`;
    return { numbers: [x, y, z], text, steps: [mul(x, y), add(x * y, z)] };
  },
  (r, { a }) => {
    const [x, y, z] = [r.int(5, 40), r.int(5, 40), r.int(5, 40)];
    const text = `${a} drives ${x} miles on Monday, ${y} miles on Tuesday and ${z} miles on Wednesday. How many miles is that?`;
    return { numbers: [x, y, z], text, steps: [add(x, y), add(x + y, z)] };
  },
  (r, { a, things }) => {
    const half = r.int(4, 40);
    const x = r.int(2, half - 1);
    const text = `${a} has ${2 * half} ${things}. ${a} gives half of them away and then loses ${x}. How many ${things} are left?`;
    return { numbers: [half, x], text, steps: [div(2 * half, 2), sub(half, x)] };
  },
  (r, { a, things }) => {
    const [x, y, n] = [r.int(2, 9), r.int(2, 9), r.int(2, 6)];
    const text = `A shop sells ${x} boxes of ${things} on Saturday and ${y} on Sunday. Each box holds ${n} ${things}. How many ${things} does ${a}'s shop sell?`;
    return { numbers: [x, y, n], text, steps: [add(x, y), mul(x + y, n)] };
  },
  (r, { a }) => {
    const [x, y, goal] = [r.int(2, 9), r.int(2, 9), r.int(2, 40)];
    const text = `${a} saves ${x} dollars a week for ${y} weeks. A bike costs ${x * y + goal} dollars. How many dollars does ${a} still need?`;
    return { numbers: [x, y, goal], text, steps: [mul(x, y), sub(x * y + goal, x * y)] };
  },
  (r, { a }) => {
    const [x, n, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 20)];
    const text = `${a} bakes ${x * n} rolls and puts ${x} on each plate. Then ${z} more plates are filled. How many plates are full?`;
    return { numbers: [x, n, z], text, steps: [div(x * n, x), add(n, z)] };
  },
  (r) => {
    const [x, y, z] = [r.int(10, 40), r.int(5, 40), r.int(2, 14)];
    const text = `A class has ${x} girls and ${y} boys. Today ${z} pupils are ill. How many pupils are in class today?`;
    return { numbers: [x, y, z], text, steps: [add(x, y), sub(x + y, z)] };
  },
  (r, { a, b, things }) => {
    const [x, y, z] = [r.int(5, 40), r.int(5, 40), r.int(2, 20)];
    const text = `${a} finds ${x} ${things} and ${b} finds ${y}. Another ${z} are in a box. How many ${things} are there in all?`;
    return { numbers: [x, y, z], text, steps: [add(x, y), add(x + y, z)] };
  },
  (r, { a, things }) => {
    const [x, y, z, w] = [r.int(2, 9), r.int(2, 9), r.int(2, 20), r.int(2, 5)];
    const text = `${a} packs ${x} crates of ${y} ${things} and finds ${z} more. ${a} sells them for ${w} dollars each. How many dollars does ${a} get?`;
    return { numbers: [x, y, z, w], text, steps: [mul(x, y), add(x * y, z), mul(x * y + z, w)] };
  },
  (r, { a }) => {
    const [x, y, z, w] = [r.int(2, 9), r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const paid = x * y + z * w;
    const cash = paid + r.int(2, 30);
    const text = `${a} has ${cash} dollars. ${a} buys ${x} cups at ${y} dollars each and ${z} plates at ${w} dollars each. How many dollars are left?`;
    return { numbers: [cash, x, y, z, w], text, steps: [mul(x, y), mul(z, w), add(x * y, z * w), sub(cash, paid)] };
  },
  (r, { a, b, things }) => {
    const [x, y, z] = [r.int(5, 40), r.int(2, 30), r.int(2, 15)];
    const text = `${a} has ${x} ${things}. ${b} has ${y} more than ${a}. Then ${b} loses ${z}. How many ${things} do they have together now?`;
    return { numbers: [x, y, z], text, steps: [add(x, y), sub(x + y, z), add(x, x + y - z)] };
  },
  (r, { a }) => {
    const [x, y, d] = [r.int(5, 12), r.int(2, 4), r.int(2, 9)];
    const text = `${a} earns ${x} dollars a day and spends ${y} of them on lunch. How many dollars does ${a} keep in ${d} days?`;
    return { numbers: [x, y, d], text, steps: [sub(x, y), mul(x - y, d)] };
  },
  (r, { a }) => {
    const [n, each, lost] = [r.int(2, 9), r.int(4, 9), r.int(1, 3)];
    const text = `${a} cuts a rope of ${n * each} feet into ${n} equal parts. Then ${a} cuts ${lost} feet off one part. How many feet long is that part now?`;
    return { numbers: [n, each, lost], text, steps: [div(n * each, n), sub(each, lost)] };
  },
  (r) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const text = `A cinema has ${x} rows of ${y} seats downstairs and ${z} rows of ${y} seats upstairs. How many seats does it have?`;
    return { numbers: [x, y, z], text, steps: [add(x, z), mul(x + z, y)] };
  },
  (r, { a, things }) => {
    const [n, x, y] = [r.int(2, 6), r.int(2, 9), r.int(2, 9)];
    const text = `${a} has ${n * x} red and ${n * y} blue ${things}. ${a} puts them into bags of ${n}. How many bags does ${a} fill?`;
    return { numbers: [n, x, y], text, steps: [add(n * x, n * y), div(n * (x + y), n)] };
  },
  (r) => {
    const [x, y, d, z] = [r.int(20, 90), r.int(2, 9), r.int(2, 6), r.int(2, 20)];
    const text = `A tank holds ${x} liters of water. Each day ${y} liters are used. After ${d} days ${z} liters are poured in. How many liters are in the tank now?`;
    return { numbers: [x, y, d, z], text, steps: [mul(y, d), sub(x, y * d), add(x - y * d, z)] };
  },
  (r, { a, b }) => {
    const [x, y, k] = [r.int(2, 15), r.int(2, 15), r.int(2, 4)];
    const text = `${a} scores ${x} points in the first game and ${y} in the second. ${b} scores ${k} times as many as ${a} in all. How many points does ${b} score?`;
    return { numbers: [x, y, k], text, steps: [add(x, y), mul(x + y, k)] };
  },
  (r, { a }) => {
    const [x, y, n] = [r.int(2, 9), r.int(2, 9), r.int(2, 6)];
    const price = n * r.int(2, 12);
    const text = `${a} and ${n - 1} friends share a bill of ${price} dollars equally. ${a} also pays ${x} dollars for tea and ${y} for cake. How many dollars does ${a} pay?`;
    const part = price / n;
    return { numbers: [price, n, x, y], text, steps: [div(price, n), add(part, x), add(part + x, y)] };
  },
  (r, { a, things }) => {
    const [x, y, z, w] = [r.int(3, 9), r.int(3, 9), r.int(2, 9), r.int(2, 9)];
    const text = `${a} makes ${x} ${things} an hour for ${y} hours, breaks ${z} of them and gives ${w} away. How many ${things} are left?`;
    return { numbers: [x, y, z, w], text, steps: [mul(x, y), sub(x * y, z), sub(x * y - z, w)] };
  },
  (r, { a, b, things }) => {
    const half = r.int(3, 30);
    const [x, y] = [r.int(2, 20), r.int(2, 20)];
    const text = `${a} has ${2 * half} ${things} and ${b} has half as many. ${b} gets ${x} more and then ${y} more. How many ${things} does ${b} have now?`;
    return { numbers: [half, x, y], text, steps: [div(2 * half, 2), add(half, x), add(half + x, y)] };
  },
  (r) => {
    const [x, y, z] = [r.int(2, 9), r.int(2, 9), r.int(2, 9)];
    const all = x + y + z + r.int(3, 40);
    const text = `Of ${all} pupils, ${x} walk to school, ${y} come by bike and ${z} by car. The others take the bus. How many pupils take the bus?`;
    return { numbers: [all, x, y, z], text, steps: [add(x, y), add(x + y, z), sub(all, x + y + z)] };
  },
  (r, { a }) => {
    const [x, y, d, w] = [r.int(2, 9), r.int(2, 9), r.int(2, 5), r.int(2, 20)];
    const text = `${a} swims ${x} laps in the morning and ${y} laps at night for ${d} days, and ${w} laps on one more day. How many laps does ${a} swim?`;
    return { numbers: [x, y, d, w], text, steps: [add(x, y), mul(x + y, d), add((x + y) * d, w)] };
  },
];
