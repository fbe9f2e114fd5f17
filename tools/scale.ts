/**
 * What large work takes, counted as the lab counts it before a job: `node tools/run.mjs tools/scale.ts` prints the tables of
 * docs/scale.md, and with `measure` what runs of Sapling on this machine took beside what was said of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FULL } from '../src/engine/branch';
import { createLab } from '../src/lab/lab';
import { curveWork } from '../src/lab/measure/curve-work';
import { influenceWork } from '../src/lab/measure/influence-work';
import { type Ground, operationsOf, plus, sharesOf, times, type Work, walkWork } from '../src/lab/measure/work';
import { nodeEnvironment } from '../src/lab/place/node';

/** The shape of a model as published: blocks, width, heads, key-value heads, width of the feed-forward, vocabulary. */
const MODELS = {
  'SmolLM2 135M': [30, 576, 9, 3, 1536, 49_152],
  'Qwen2.5 0.5B': [24, 896, 14, 2, 4864, 151_936],
  'Llama 3.2 1B': [16, 2048, 32, 8, 8192, 128_256],
  'Llama 2 7B': [32, 4096, 32, 32, 11_008, 32_000],
  'Llama 2 13B': [40, 5120, 40, 40, 13_824, 32_000],
  'Llama 3 70B': [80, 8192, 64, 8, 28_672, 128_256],
} as const;

/** Tokens of the text, and of a walk. */
const TEXT = 100_000;
const ROWS = 4096;
/** MMLU's 14,042 items at about 110 tokens with their four letters, and the 57 subjects' five examples at about 650. */
const MMLU = { tokens: 14_042 * 110 + 57 * 650, scored: 14_042 };
/** Operations a second that a card is taken to reach. */
const RATE = 1e13;
/** Pythia's. */
const CHECKPOINTS = 154;

function sizesOf([blocks, width, heads, kvHeads, ffn, vocabulary]: readonly [
  number,
  number,
  number,
  number,
  number,
  number,
]) {
  const attn = width * width * (2 + (2 * kvHeads) / heads);
  const attnParameters = Array<number>(blocks).fill(attn);
  const ffnParameters = Array<number>(blocks).fill(3 * width * ffn);
  // In 16 bits; head and embedding are one for the smallest and two for the others, which changes little.
  const weightBytes = 2 * (blocks * (attn + 3 * width * ffn) + vocabulary * width);
  return { attnParameters, ffnParameters, vocabulary, width, weightBytes };
}

/** Work, the parts that it can be cut into at most, and the passes that every part makes besides its own. */
interface Cut {
  readonly work: Work;
  readonly parts: number;
  readonly besides: number;
}

/** What each kind of work comes to on a model of that shape. */
async function worksOn(sizes: ReturnType<typeof sizesOf>): Promise<Record<string, Cut>> {
  const text: Ground = { shares: sharesOf(sizes), tokens: TEXT, scored: TEXT, rows: ROWS };
  const blocks = sizes.attnParameters.length;
  const loo = influenceWork({ metric: 'loo-loss', unit: 'sublayer' }, text);
  const permutations = 64;
  const shapley = influenceWork({ metric: 'shapley-loss', unit: 'block', permutations }, text);
  const steps = Math.floor(blocks / 3);
  const checkpoint = plus(influenceWork({ metric: 'loo-loss', unit: 'block' }, text), loo);
  return {
    'leave-one-out of sublayers': { work: loo, parts: 2 * blocks, besides: 1 },
    'Shapley, 64 permutations of blocks': { work: shapley, parts: permutations / 2, besides: 1 },
    'greedy, a third of the blocks': {
      work: await curveWork({ strategy: 'greedy', unit: 'block', steps }, { text }),
      ...{ parts: 1, besides: 0 },
    },
    'MMLU, five examples': { work: walkWork({ ...text, ...MMLU }, [FULL]), parts: MMLU.scored, besides: 0 },
    'growth, 154 checkpoints': { work: times(CHECKPOINTS, checkpoint), parts: CHECKPOINTS, besides: 0 },
  };
}

/** Seconds on so many cards, each at `RATE`: those of the longest part. */
function secondsOn(cards: number, { work, parts, besides }: Cut, operations: number): number {
  const pass = operations / work.passes;
  const own = operations - besides * pass;
  const n = Math.min(cards, parts);
  return (besides * pass + own * (Math.ceil(parts / n) / parts)) / RATE;
}

const large = (x: number): string =>
  x < 1000 ? x.toPrecision(3) : x < 1e6 ? `${(x / 1e3).toPrecision(3)} k` : `${(x / 1e6).toPrecision(3)} M`;

/** Seconds, for people. */
function span(seconds: number): string {
  const units = [
    [90, 1, 's'],
    [5400, 60, 'min'],
    [129_600, 3600, 'h'],
    [Number.POSITIVE_INFINITY, 86_400, 'days'],
  ] as const;
  const [, size, unit] = units.find(([most]) => seconds < most)!;
  const value = seconds / size;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** A table for each kind of work. */
export async function tables(): Promise<string> {
  const rows = new Map<string, string[]>();
  for (const [name, shape] of Object.entries(MODELS)) {
    const sizes = sizesOf(shape);
    for (const [what, cut] of Object.entries(await worksOn(sizes))) {
      const { work } = cut;
      const operations = operationsOf(work, sizes);
      const cells = [
        large(work.passes),
        large(operations / 1e12),
        large((work.readings * sizes.weightBytes) / 1e9),
        ...[1, 10, 100, 1000].map((cards) => span(secondsOn(cards, cut, operations))),
      ];
      rows.set(what, [...(rows.get(what) ?? []), `| ${[name, ...cells].join(' | ')} |`]);
    }
  }
  const head =
    '| model | passes | T operations | GB read | 1 card | 10 | 100 | 1,000 |\n| --- | --: | --: | --: | --: | --: | --: | --: |';
  return [...rows]
    .map(([what, own]) => `### ${what[0]!.toUpperCase()}${what.slice(1)}\n\n${head}\n${own.join('\n')}\n`)
    .join('\n');
}

export async function main([what]: readonly string[], root: string): Promise<number> {
  if (what !== 'measure') {
    console.log(await tables());
    return 0;
  }
  const lab = createLab(nodeEnvironment(root));
  const model = await lab.open({ kind: 'bundled' }, { job: 'open' });
  const text = readFileSync(join(root, 'public/calibration/stories.txt'), 'utf8');
  const calibration = { text, seqLen: 64, maxWindows: 4 };
  const timed = async <T>(run: () => Promise<T>) => {
    await lab.configure({});
    const started = performance.now();
    await run();
    return (performance.now() - started) / 1000;
  };
  const masks = [[]];
  await lab.score({ calibration, masks }, { job: 'warm' });
  const pass = await timed(() => lab.score({ calibration, masks }, { job: 'pass' }));
  console.log(`${model.id}, ${(await lab.start()).description}: a pass over 256 tokens takes ${pass.toFixed(2)} s`);
  const jobs = {
    'leave-one-out of sublayers': ['influence', { calibration, metric: 'loo-loss', unit: 'sublayer' }],
    'Shapley, 4 permutations of blocks': [
      'influence',
      { calibration, metric: 'shapley-loss', unit: 'block', permutations: 4 },
    ],
    'greedy, 2 blocks': ['curve', { calibration, strategy: 'greedy', unit: 'block', steps: 2 }],
  } as const;
  for (const [name, [job, request]] of Object.entries(jobs)) {
    await lab.configure({});
    const cost = (await lab.cost(job, request as never))!;
    const seconds = await timed(() => lab[job](request as never, { job: name }) as Promise<unknown>);
    console.log(
      `| ${name} | ${cost.passes.toFixed(1)} | ${(cost.passes * pass).toFixed(1)} s | ${seconds.toFixed(1)} s |`,
    );
  }
  await lab.close();
  return 0;
}
