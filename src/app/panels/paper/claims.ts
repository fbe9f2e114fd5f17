/** What the paper says, in our words, and where our own numbers to it come from. */
import type { GrowthReport } from '../../../lab/contract';
import { STORIES } from '../../../lab/contract/bundled-texts';
import type { InfluenceMetric } from '../../../pruning/metrics';
import type { Again } from '../../store/again';
import type { ClaimedCurves } from '../../store/curves';
import type { Known } from '../../store/known';
import type { Destination } from '../../store/route';
import * as find from './findings';

export interface Claim {
  readonly id: string;
  readonly title: string;
  /** What is claimed, and of which models. */
  readonly claim: string;
  readonly find: (known: Known, growth?: GrowthReport) => find.Finding | undefined;
  /** Where it is measured, with what chosen. */
  readonly measure: {
    readonly to: Destination;
    readonly metric?: InfluenceMetric;
    /** As `--drop` writes it, where a model's finding names nothing else. */
    readonly drop?: string;
    /** The curves meant, and where on them. */
    readonly curves?: Omit<ClaimedCurves, 'title'>;
  };
  /** The same on the command line, beside model, text and what is dropped. */
  readonly again: Again;
  /** How our measuring differs from theirs, whatever the model. */
  readonly differs?: string;
  /** What has to be known of Sapling beside its figure. */
  readonly ofSapling?: string;
}

const greedy = (unit: string): Again => ({
  command: 'curve',
  options: ['--unit', unit, '--strategy', 'greedy', '--judge', 'halves'],
});

export const CLAIMS: readonly Claim[] = [
  {
    id: 'blocks',
    title: 'A tenth of the blocks can go',
    claim: 'About 10% of the blocks of Llama-2-7B and Mistral-7B can be dropped without significant loss.',
    find: find.fewBlocks,
    measure: { to: { view: 'curves' }, curves: { units: ['block'], share: 0.1 } },
    again: greedy('block'),
    differs: 'Chosen on half of the windows, judged on the other half.',
    ofSapling:
      'It has 12 blocks, so a tenth is one; it was trained with some of them left out at random, and is used to it.',
  },
  {
    id: 'attention',
    title: 'A third of the attention can go',
    claim:
      'Up to 33% of Mistral-7B’s attention layers can be dropped with no loss on MMLU, and their KV cache with them.',
    find: find.thirdOfAttention,
    measure: { to: { view: 'curves' }, curves: { units: ['attn'], share: 1 / 3 } },
    again: greedy('attn'),
    differs: 'MMLU asks by letter. The bundled questions do too, and are ours: no official set.',
    ofSapling:
      'Its letters are those of “School, by letter”, 200 questions; in so small a model a few heads do all of that work.',
  },
  {
    id: 'kinds',
    title: 'Layers of one kind keep more than whole blocks',
    claim: 'Attention and feed-forward layers ranked and dropped on their own keep more than whole blocks do.',
    find: find.attentionFirst,
    measure: { to: { view: 'curves' }, curves: { units: ['attn', 'ffn', 'block'], share: 1 / 3 } },
    again: greedy('ffn'),
    differs:
      'The paper singles out attention. In both of ours a feed-forward layer is three times as large: hold what each costs against what it saves.',
  },
  {
    id: 'ends',
    title: 'The ends of the model turn the stream most',
    claim:
      'By block influence (1 − cosine) the first blocks and the last of Llama-2-7B and Mistral-7B stand out: 0.41 and 0.31, 0.41 and 0.17, against 0.03 to 0.05 for the least.',
    find: find.endsMatter,
    measure: { to: { view: 'one' }, metric: 'cosine' },
    again: { command: 'influence', options: ['--metric', 'cosine', '--unit', 'block'] },
    differs: 'Theirs is on OpenWebText in windows of 2,048 tokens; ours on a short text, in windows of 128.',
  },
  {
    id: 'measures',
    title: 'Measures disagree',
    claim: 'Measures that drop layers and look (the paper’s Shapley values) rank them otherwise than one pass does.',
    find: find.measuresDisagree,
    measure: { to: { view: 'all' } },
    again: { command: 'influence', options: ['--metric', 'shapley-loss', '--unit', 'attn'] },
    differs:
      'The paper’s estimator leaves out one layer at a time, which ranks as leave-one-out does; ours draws whole orders, with an interval for each layer.',
  },
  {
    id: 'tasks',
    title: 'One task pays for another',
    claim: 'What is chosen for one task’s sake costs another: adaptive measures trade tasks.',
    find: find.tasksTrade,
    measure: { to: { view: 'tasks' }, drop: 'attn:7' },
    again: { command: 'eval', options: ['--task', 'school_letters,school'] },
    ofSapling: 'It was taught to answer by letter with three heads in known places, so that this can be seen.',
  },
  {
    id: 'sums',
    title: 'Sums fall first',
    claim: 'GSM-8K falls sharply after a single block is dropped.',
    find: find.sumsFall,
    measure: { to: { view: 'tasks' }, drop: 'block:11' },
    again: { command: 'eval', options: ['--task', 'school_math'] },
    differs: 'Our word problems have few steps.',
    ofSapling: 'They come from templates that it has learnt.',
  },
  {
    id: 'training',
    title: 'Influence during training',
    claim:
      'In Pythia-2.8B the first block stays high, the second drifts down, and the last begins near nothing and ends important.',
    find: (known, growth) => find.duringTraining(known.results.model.blocks, growth),
    measure: { to: { view: 'training' } },
    again: { command: 'growth', model: ['sapling'], options: ['--metric', 'cosine'], text: STORIES.title },
    ofSapling: 'Nine moments of one run of 6,465 steps, in 8 bits; theirs are 154 of 143,000 steps.',
  },
  {
    id: 'recovery',
    title: 'A mean update stands in well',
    claim:
      'A dropped layer’s mean update, added in its place, gives up to 5 points of MMLU and matches trained adapters.',
    find: find.meanStandsIn,
    measure: { to: { tab: 'recovery' }, drop: 'block:2-6' },
    again: { command: 'recover', options: ['--method', 'mean', '--held-out', '0.5'] },
    differs: 'Fitted on half of the windows, judged on the other half; the paper asks MMLU.',
    ofSapling: 'What a layer did for one task alone, as attention 7 for answers by letter, none of these brings back.',
  },
];
