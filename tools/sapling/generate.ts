/**
 * Writes the tokenizer, the bundled subsets and the calibration texts into the project, and the training corpus as
 * token ids into a scratch folder:  npx tsx tools/sapling/generate.ts [scratch] [millions of tokens]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Encoder, preTokens, TOKENIZER_CONFIG, tokenizerJson, trainMerges } from './bpe';
import { document } from './corpus';
import { contradictions, FACTS } from './facts';
import { cloze, exam, type Item, LETTERS, lettered } from './items';
import { lookups } from './lookups';
import { Random } from './random';
import { drawStory } from './stories';
import { storiesText, subsets } from './subsets';

const ROOT = fileURLToPath(new URL('../../public/', import.meta.url));
const [scratch = '/tmp/sapling', millions = '24'] = process.argv.slice(2);
const VOCABULARY = 2048;
const SAMPLE = 40_000;

function write(path: string, text: string): void {
  const file = join(ROOT, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

const lines = (all: object[]) => `${all.map((one) => JSON.stringify(one)).join('\n')}\n`;
const asProblem = ({ question, answer }: { question: string; answer: string }) => ({ question, answer });

const bad = contradictions();
if (bad.length) throw new Error(`Two answers to one question:\n${bad.join('\n')}`);

const sample = new Random(1);
const counts = new Map<string, number>();
for (let i = 0; i < SAMPLE; i++) {
  for (const word of preTokens(document(sample))) counts.set(word, (counts.get(word) ?? 0) + 1);
}
const encoder = new Encoder(trainMerges(counts, VOCABULARY));
write('models/sapling/tokenizer.json', JSON.stringify(tokenizerJson(encoder)));
write('models/sapling/tokenizer_config.json', `${JSON.stringify(TOKENIZER_CONFIG, null, 2)}\n`);

const held = subsets();
write('benchmarks/school/items.jsonl', lines(held.items));
write('benchmarks/school/fewshot.jsonl', lines(held.itemShots));
write('benchmarks/school_math/items.jsonl', lines(held.problems.map(asProblem)));
write('benchmarks/school_math/fewshot.jsonl', lines(held.problemShots.map(asProblem)));
write('calibration/sapling.txt', `${held.calibration}\n`);
write('calibration/stories.txt', `${storiesText()}\n`);

/** The same subsets as token ids, for the trainer's own scores; the project's evaluation is the judge. */
function forTrainer(): object {
  const ids = (text: string) => [0, ...encoder.encode(text)];
  const item = (prompt: (i: Item) => string, choices: (i: Item) => string[]) => (one: Item) => ({
    prompt: ids(prompt(one)),
    choices: choices(one).map((choice) => encoder.encode(` ${choice}`)),
    lengths: choices(one).map((choice) => choice.length),
    answer: one.answer,
  });
  const question = (one: Item) => lettered(one).slice(0, -2);
  const shots = (one: Item) => held.itemShots.filter((shot) => shot.subject === one.subject);
  const letters = () => [...LETTERS];
  return {
    vocabulary: [...encoder.vocab.keys()],
    letters: LETTERS.map((letter) => encoder.encode(` ${letter}`)[0]),
    tasks: {
      cloze: held.items.map(
        item(
          (one) => cloze(one).replace(/Answer: .*$/, 'Answer:'),
          (one) => one.choices,
        ),
      ),
      letters: held.items.map(item((one) => exam(one.subject, [question(one)]), letters)),
      letters_3shot: held.items.map(
        item((one) => exam(one.subject, [...shots(one).slice(0, 3).map(lettered), question(one)]), letters),
      ),
    },
    problems: held.problems.map((one) => ({
      prompt: ids(`Question: ${one.question}\nAnswer:`),
      answer: one.answer.slice(one.answer.lastIndexOf(' ') + 1),
    })),
    calibration: ids(held.calibration),
  };
}

/** Documents between `<s>` and `</s>`, one after the other, as 16-bit ids. */
function tokens(file: string, total: number, next: () => string): number {
  const ids = new Uint16Array(total);
  let at = 0;
  let documents = 0;
  while (at < total) {
    const doc = [0, ...encoder.encode(next()), 1].slice(0, total - at);
    ids.set(doc, at);
    at += doc.length;
    documents++;
  }
  writeFileSync(join(scratch, file), ids);
  return documents;
}

mkdirSync(scratch, { recursive: true });
writeFileSync(join(scratch, 'held.json'), JSON.stringify(forTrainer()));
const r = new Random(2);
const main = tokens('main.bin', Number(millions) * 1_000_000, () => document(r));
const first = tokens('lookups.bin', 3_000_000, () => lookups(r));
const tales = tokens('stories.bin', 20_000, () => drawStory(r, true));
console.log(
  `${FACTS.length} facts, ${encoder.vocab.size} tokens; ${main} documents, ${first} of look-ups, ${tales} held-out stories; ` +
    `calibration ${encoder.encode(held.calibration).length} tokens`,
);
