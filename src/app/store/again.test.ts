import { expect, it } from 'vitest';
import { readArguments } from '../../cli/arguments';
import { COMMANDS } from '../../cli/main';
import { PROSE, STORIES } from '../../lab/contract/bundled-texts';
import { BUNDLED_SERIES } from '../../lab/files/growth-file';
import { maskFromSublayers } from '../../pruning/mask';
import {
  type Again,
  curveAgain,
  evaluationAgain,
  growthAgain,
  influenceAgain,
  planAgain,
  trainingAgain,
} from './again';
import type { CalibrationText } from './calibration';
import { commandLine } from './command-line';

const inUse = { source: STORIES.title, name: STORIES.name, text: 'Rosie ran.', seqLen: 128 } as CalibrationText;
const line = (again: Again) => commandLine({ kind: 'bundled' }, again, inUse).command;
const attn = { block: 2, kind: 'attn' } as const;
const text = STORIES.title;

const settings = {
  objective: 'distill',
  rank: 8,
  steps: 100,
  lr: 0.003,
  schedule: 'cosine',
  batch: 4,
  seed: 0,
  start: 'best',
};
const sampling = { method: 'permutations', seed: 3, drawn: 48 };
const curve = { strategy: 'random', unit: 'block', seed: 1 };
const evaluation = { task: 'school', shots: 0, results: [{ n: 40 }], available: 100 };
const budgets = [
  { of: 'kv', by: 0.33 },
  { of: 'loss', by: 0.1 },
];
const all: readonly [Again, string][] = [
  [
    influenceAgain({ text, report: { metric: 'shapley-loss', unit: 'attn', sampling } as never }),
    'influence sapling --text public/calibration/stories.txt --seq-len 128 --metric shapley-loss --unit attn --permutations 48 --seed 3',
  ],
  [
    influenceAgain({ text, report: { metric: 'cosine', unit: 'attn', standing: 'abc' } as never }),
    'influence sapling --text public/calibration/stories.txt --seq-len 128 --metric cosine --unit attn --recovery recovery.safetensors',
  ],
  [
    curveAgain({
      ...{ text, report: curve as never },
      request: { ...curve, draws: 4, locked: [attn], judge: 'halves' } as never,
    }),
    'curve sapling --text public/calibration/stories.txt --seq-len 128 --strategy random --unit block --lock attn:2 --draws 4 --seed 1 --judge halves',
  ],
  [
    planAgain({ text, report: { budgets, unit: 'sublayer', seed: 2, recover: { ranks: [8] } } as never }),
    'plan sapling --text public/calibration/stories.txt --seq-len 128 --budget kv=-33% --budget loss=+0.1 --unit sublayer --recover linear:8 --seed 2',
  ],
  [
    evaluationAgain(evaluation as never, [attn]),
    'eval sapling --task school --shots 0 --limit 40 --drop attn:2 --compare',
  ],
  [
    trainingAgain({ text, mask: maskFromSublayers(4, [attn]), settings, heldOut: 0.5 } as never),
    'recover sapling --text public/calibration/stories.txt --seq-len 128 --drop attn:2 --method distill --rank 8 --steps 100 --lr 0.003 --schedule cosine --batch 4 --seed 0 --held-out 0.5',
  ],
  [
    evaluationAgain({ ...evaluation, task: 'own', seed: 1 } as never),
    'eval sapling --task own --shots 0 --limit 40 --seed 1 --data ./items',
  ],
  [
    curveAgain({
      ...{ text, report: { ...curve, strategy: 'greedy' } as never },
      request: { strategy: 'greedy', unit: 'block', benchmark: { task: 'own', limit: 40, seed: 1 } } as never,
    }),
    'curve sapling --text public/calibration/stories.txt --seq-len 128 --strategy greedy --unit block --task own --limit 40 --item-seed 1 --data ./items',
  ],
  [
    growthAgain({
      text,
      report: { series: BUNDLED_SERIES, metric: 'cosine', points: [{ name: 'step1' }] } as never,
    } as never),
    'growth sapling --text public/calibration/stories.txt --seq-len 128 --metric cosine',
  ],
  [
    growthAgain({
      text,
      checkpoints: ['step0', 'step512'].map((name) => ({ name, request: { kind: 'hub' } })),
      report: {
        series: 'EleutherAI/pythia-70m',
        metric: 'loo-loss',
        points: [],
        task: { task: 'school', limit: 40, seed: 1 },
      },
    } as never),
    'growth EleutherAI/pythia-70m --text public/calibration/stories.txt --seq-len 128 --revisions step0,step512 --metric loo-loss --task school --limit 40 --item-seed 1',
  ],
  [{ command: 'norms', options: [], text }, 'norms sapling --text public/calibration/stories.txt --seq-len 128'],
];

it.each(all)('what a chart says would make it again is a command line that is taken: %#', (again, words) => {
  expect(line(again)).toBe(`npm run lopper -- ${words}`);
  const command = COMMANDS.find(({ name }) => name === again.command)!;
  const args = readArguments(command.name, words.split(' ').slice(1), command.options);
  expect(() => command.check?.(args)).not.toThrow();
});

it('it is of the text that was measured on, which need not be the one in use', () => {
  const on = (title: string) => line({ command: 'norms', options: [], text: title });
  expect(on(PROSE.title)).toContain(`--text public/${PROSE.path} --seq-len ${PROSE.seqLen}`);
  expect(on('mine.txt')).toContain('--text mine.txt');
  const { first } = commandLine({ kind: 'bundled' }, { command: 'norms', options: [], text: 'mine.txt' }, inUse);
  expect(first).toEqual(['the text as mine.txt']);
});

it('of a curve that started from a recovery it asks for that one’s file', () => {
  const request = { strategy: 'greedy', unit: 'block', start: [attn] };
  const again = curveAgain({ text, report: { ...request, standing: 'abc' } as never, request: request as never });
  const { command, first } = commandLine({ kind: 'bundled' }, again, inUse);
  expect(command).toContain('--unit block --recovery recovery.safetensors');
  expect(first).toEqual([expect.stringContaining('recovery.safetensors')]);
});

it('a series of smaller weights is made again as it was, whatever the open model is of', () => {
  const report = { series: 'a/b, in 4 bits', metric: 'cosine', points: [{ name: 'step1' }] };
  const { command } = commandLine({ kind: 'bundled' }, growthAgain({ text, report } as never), inUse, 'q8');
  expect(command).toContain('growth a/b ');
  expect(command).toMatch(/--revisions step1 --metric cosine --precision q4$/);
});

it('what has to be there first is said: files of one’s own, folders of checkpoints', () => {
  const report = { series: 'mine', metric: 'cosine', points: [{ name: 'step1' }], task: { task: 'own' } };
  const { command, first } = commandLine({ kind: 'bundled' }, growthAgain({ text, report } as never), inUse);
  expect(command).toContain('growth --text public/calibration/stories.txt --seq-len 128 --folder ./checkpoints');
  expect(first).toEqual(['the folders of the checkpoints in ./checkpoints', 'your files of items in ./items']);
});
