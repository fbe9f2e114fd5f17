/** Short plain stories from a small grammar: a hero, a place, a want, a trouble, a helper and an end. */
import { hash, type Random } from './random';

const HEROES = [
  'boy',
  'girl',
  'fox',
  'dog',
  'cat',
  'rabbit',
  'bear',
  'mouse',
  'bird',
  'duck',
  'frog',
  'horse',
  'goat',
  'hedgehog',
] as const;
const NAMES = ['Tim', 'Lily', 'Max', 'Rosie', 'Sam', 'Ella', 'Toby', 'Nora', 'Pip', 'Molly', 'Oscar', 'Daisy'];
const TRAITS = ['little', 'kind', 'brave', 'shy', 'clever', 'happy', 'lazy', 'curious', 'gentle', 'noisy'];
const PLACES = [
  ['in a small house', 'the garden'],
  ['near a big forest', 'the forest'],
  ['by the sea', 'the beach'],
  ['on a farm', 'the field'],
  ['beside a river', 'the river'],
  ['in a quiet town', 'the park'],
] as const;
const LOVED = [
  'red ball',
  'blue kite',
  'woolly hat',
  'small boat',
  'yellow scarf',
  'toy train',
  'shiny stone',
  'little drum',
];
const DAYS = ['One day', 'One morning', 'One sunny day', 'One rainy day', 'One evening', 'One cold day'];
const LOSSES = [
  'the {o} fell into the water',
  'the wind took the {o} away',
  'the {o} got stuck in a tall tree',
  'the {o} rolled down a deep hole',
  'the {o} was gone',
];
const FEELINGS = ['sad', 'worried', 'upset', 'afraid'];
const HELP = [
  'climbed up and brought it back',
  'looked everywhere and found it',
  'pulled it out with a long stick',
  'asked a friend and together they got it back',
];
const ENDS = [
  '{n} said thank you, and they played until the sun went down.',
  '{n} was happy again and gave {h} a big hug.',
  'From that day on, {n} and {h} were best friends.',
  '{n} smiled and shared a cake with {h}.',
  'Then they all went home and had warm soup.',
];

export function story(r: Random): string {
  const [name, helper] = r.sample(NAMES, 2) as [string, string];
  const [kind, helperKind] = r.sample(HEROES, 2) as [string, string];
  const [home, place] = r.pick(PLACES);
  const thing = r.pick(LOVED);
  const trait = r.pick(TRAITS);
  const lines = [
    r.pick([`Once there was a ${trait} ${kind} named ${name}.`, `${name} was a ${trait} ${kind}.`]),
    `${name} lived ${home} and loved ${r.pick(['a', 'one'])} ${thing}.`,
    `${r.pick(DAYS)}, ${name} went to ${place} to play.`,
    `But ${r.pick(LOSSES).replace('{o}', thing)}, and ${name} was very ${r.pick(FEELINGS)}.`,
    r.pick([
      `A ${helperKind} named ${helper} came by and asked, "Why are you crying?"`,
      `"I will help you," said a ${helperKind} named ${helper}.`,
      `Then ${name} met ${helper} the ${helperKind}.`,
    ]),
    `${helper} ${r.pick(HELP)}.`,
    r.pick(ENDS).replace('{n}', name).replace('{h}', helper),
  ];
  return lines.join(' ');
}

/** A story from training's half of the grammar's draws, or from those held out. */
export function drawStory(r: Random, held: boolean): string {
  for (;;) {
    const text = story(r);
    if ((hash(text) % 50 === 0) === held) return text;
  }
}
