/** What our results say to each of the paper's claims, as words and a small figure; undefined where they do not. */
import type { GrowthReport, InfluenceReport } from '../../../lab/contract';
import type { ShippedDetails, ShippedRecovery } from '../../../lab/files/shipped-file';
import { unitsOf } from '../../../model/units';
import { kendall } from '../../../pruning/agreement';
import { parseDropList } from '../../../pruning/drop-list';
import type { Known } from '../../store/known';
import { fixed, percent, signed } from '../../words/format';
import { droppedWords } from '../../words/units';

/** A row of bars, or lines over a common axis. */
export type Figure =
  | {
      readonly kind: 'bars';
      readonly bars: readonly {
        readonly name: string;
        readonly value: number;
        readonly interval?: readonly [number, number];
      }[];
    }
  | { readonly kind: 'lines'; readonly lines: readonly Line[]; readonly axis: string };
export interface Line {
  readonly name: string;
  readonly hue: 'block' | 'attn' | 'ffn' | 'other';
  readonly points: readonly (readonly [x: number, y: number])[];
}
export interface Finding {
  readonly words: string;
  readonly figure: Figure;
  /** The mask that it is about, as `--drop` writes it. */
  readonly drop?: string;
}

type Curve = ShippedDetails['curves'][number]['report'];
const UNITS = { block: 'blocks', attn: 'attention layers', ffn: 'feed-forward layers', sublayer: 'layers' } as const;

const influenceOf = ({ results }: Known, metric: string, unit: string): InfluenceReport | undefined =>
  results.influence.find((report) => report.metric === metric && report.unit === unit);
const curveOf = ({ details }: Known, strategy: string, unit: string): Curve | undefined =>
  details?.curves.find(({ report }) => report.strategy === strategy && report.unit === unit)?.report;
/** Chosen one by one, or where that was too much, by what each costs alone. */
const chosenCurve = (known: Known, unit: string): Curve | undefined =>
  curveOf(known, 'greedy', unit) ??
  known.details?.curves.find(({ report }) => report.metric === 'loo-loss' && report.unit === unit)?.report;
const howWords = ({ metric }: Curve) => (metric === 'loo-loss' ? ', the cheapest alone first' : '');
const namedMask = ({ details }: Known, drop: string) => details?.masks.find((mask) => mask.drop === drop);

/** Units that a curve chooses from; one of a large model may be drawn in part. */
const unitsIn = ({ results }: Known, { unit }: Curve): number => unitsOf(results.model.blocks, unit).length;

/** "3 of 12 blocks cost +0.04 nats". */
const pointWords = (known: Known, curve: Curve, removed: number): string | undefined => {
  const [first] = curve.points;
  const point = curve.points.find((p) => p.removed === removed);
  if (!first || !point) return undefined;
  const { added } = point;
  const interval = added ? ` (95%: ${signed(added[0], 3)} to ${signed(added[1], 3)})` : '';
  return `${removed} of ${unitsIn(known, curve)} ${UNITS[curve.unit]} cost ${signed(point.loss - first.loss)} nats${interval}`;
};

const lineOf = (known: Known, curve: Curve, hue: Line['hue'], name: string, most: number): Line => {
  const { points } = curve;
  const all = unitsIn(known, curve);
  const shown = points.filter((p) => Number.isFinite(p.loss) && p.removed <= most * all);
  return { name, hue, points: shown.map((p) => [p.removed / all, p.loss - points[0]!.loss]) };
};

/** A tenth of the blocks. */
export function fewBlocks(known: Known): Finding | undefined {
  const [chosen, random] = [chosenCurve(known, 'block'), curveOf(known, 'random', 'block')];
  const words = chosen && pointWords(known, chosen, Math.max(1, Math.round(known.results.model.blocks / 10)));
  if (!chosen || !words) return undefined;
  const lines = [
    lineOf(known, chosen, 'block', 'chosen', 0.5),
    ...(random ? [lineOf(known, random, 'other', 'at random', 0.5)] : []),
  ];
  const axis = 'share of the blocks dropped';
  return { words: `${words}${howWords(chosen)}.`, figure: { kind: 'lines', lines, axis } };
}

/** A third of the attention, and what it does to answers by letter. */
export function thirdOfAttention(known: Known): Finding | undefined {
  const curve = chosenCurve(known, 'attn');
  const third = Math.round(known.results.model.blocks / 3);
  const words = curve && pointWords(known, curve, third);
  if (!curve || !words) return undefined;
  const names = ['chosen one by one', 'the cheapest alone'].map((how) => `${third} of the attention, ${how}`);
  const mask = known.details?.masks.find(({ name }) => names.includes(name));
  const letters = mask?.tasks.find(({ task }) => task === 'school_letters' || task === 'mmlu-lopper');
  const said = letters?.difference
    ? `; answers by letter ${signed(100 * letters.difference.mean, 1)} points (95%: ${signed(100 * letters.difference.interval[0], 1)} to ${signed(100 * letters.difference.interval[1], 1)})`
    : '';
  const lines = [lineOf(known, curve, 'attn', 'attention', 0.67)];
  return {
    words: `${words}${howWords(curve)}${said}.`,
    figure: { kind: 'lines', lines, axis: 'share of the attention dropped' },
  };
}

/** Attention, feed-forward and blocks by the same strategy. */
export function attentionFirst(known: Known): Finding | undefined {
  const [attn, ffn, block] = (['attn', 'ffn', 'block'] as const).map((unit) => chosenCurve(known, unit));
  if (!attn || !ffn || !block) return undefined;
  const { blocks } = known.results.model;
  // Half of them, or as many as all three went.
  const removed = Math.min(Math.round(blocks / 2), ...[attn, ffn, block].map(({ points }) => points.at(-1)!.removed));
  const share = 2 * removed === blocks ? 'half' : `${removed} of ${blocks}`;
  const costs = (curve: Curve) => {
    const point = curve.points.find((p) => p.removed === removed);
    return point ? signed(point.loss - curve.points[0]!.loss, 3) : '–';
  };
  return {
    words: `Without ${share} of the attention the loss is ${costs(attn)} nats higher, of the feed-forward ${costs(ffn)}, of the blocks ${costs(block)}${howWords(attn)}.`,
    figure: {
      kind: 'lines',
      axis: 'share dropped',
      lines: [
        lineOf(known, attn, 'attn', 'attention', 0.67),
        lineOf(known, ffn, 'ffn', 'feed-forward', 0.67),
        lineOf(known, block, 'block', 'blocks', 0.67),
      ],
    },
  };
}

/** The first and the last blocks turn the stream most. */
export function endsMatter(known: Known): Finding | undefined {
  const report = influenceOf(known, 'cosine', 'block');
  if (!report) return undefined;
  const order = [...report.values.keys()].sort((a, b) => report.values[b]! - report.values[a]!);
  return {
    words: `Block ${order[0]} turns it most (${fixed(report.values[order[0]!]!, 2)}), then block ${order[1]} (${fixed(report.values[order[1]!]!, 2)}); least block ${order.at(-1)} (${fixed(report.values[order.at(-1)!]!, 4)}).`,
    figure: { kind: 'bars', bars: report.values.map((value, i) => ({ name: `${i}`, value })) },
  };
}

/** How far measures of the same blocks agree. */
export function measuresDisagree(known: Known): Finding | undefined {
  const [cosine, alone, share] = ['cosine', 'loo-loss', 'shapley-loss'].map(
    (m) => influenceOf(known, m, 'attn')?.values,
  );
  if (!cosine || !alone || !share) return undefined;
  const pairs = [
    ['influence, cost alone', kendall(cosine, alone)],
    ['influence, share', kendall(cosine, share)],
    ['cost alone, share', kendall(alone, share)],
  ] as const;
  return {
    words: `Kendall’s tau over the attention layers: ${pairs.map(([name, tau]) => `${name} ${fixed(tau, 2)}`).join('; ')}. 1 is the same order.`,
    figure: { kind: 'bars', bars: pairs.map(([name, value]) => ({ name, value })) },
  };
}

/** The mask that costs one task most of what it leaves another. */
export function tasksTrade(known: Known): Finding | undefined {
  const pairs = (known.details?.masks ?? []).flatMap((mask) => {
    const [letters, plain] = ['school_letters', 'school'].map(
      (name) => mask.tasks.find((t) => t.task === name)?.difference,
    );
    return letters && plain && /^(attn|ffn):\d+$/.test(mask.drop) ? [{ mask, letters, plain }] : [];
  });
  const [most] = pairs.sort((a, b) => a.letters.mean - a.plain.mean - (b.letters.mean - b.plain.mean));
  if (!most) return undefined;
  const bars = known.results.evaluations.flatMap(({ task }) => {
    const found = most.mask.tasks.find((t) => t.task === task)?.difference;
    return found ? [{ name: TASKS[task] ?? task, value: found.mean, interval: found.interval }] : [];
  });
  return {
    words: `Without ${most.mask.name.toLowerCase()} the same questions lose ${percent(-most.letters.mean, 0)} by letter and ${percent(-most.plain.mean, 1)} in words.`,
    figure: { kind: 'bars', bars },
    drop: most.mask.drop,
  };
}

const TASKS: Readonly<Record<string, string>> = {
  school: 'in words',
  school_letters: 'by letter',
  school_math: 'sums',
};

/** Sums after a single block. */
export function sumsFall(known: Known): Finding | undefined {
  const full = known.results.evaluations.find((report) => report.task === 'school_math')?.results[0];
  const bars = Array.from({ length: known.results.model.blocks }, (_, block) => {
    const result = namedMask(known, `block:${block}`)?.tasks.find((t) => t.task === 'school_math')?.result;
    return result && { name: `${block}`, value: result.accuracy, interval: result.interval };
  });
  const found = bars.filter((bar) => bar !== undefined);
  if (!full || found.length < bars.length) return undefined;
  const low = found.filter((bar) => bar.interval[1] < full.interval[0]).length;
  return {
    words: `${percent(full.accuracy, 0)} right with all; without a single block ${percent(Math.min(...found.map((b) => b.value)), 0)} to ${percent(Math.max(...found.map((b) => b.value)), 0)}. ${low} of ${found.length} blocks bring it below the full model’s interval.`,
    figure: { kind: 'bars', bars: found },
  };
}

/** The first, the second and the last block in training. */
export function duringTraining(blocks: number, growth: GrowthReport | undefined): Finding | undefined {
  const points = growth?.points.filter((p) => p.step !== undefined) ?? [];
  if (points.length < 2) return undefined;
  const shown = [0, 1, blocks - 1];
  const [first, last] = [points[0]!, points.at(-1)!];
  return {
    words: `${shown.map((b) => `Block ${b}: ${fixed(first.block[b]!, 3)} at step ${first.step}, ${fixed(last.block[b]!, 3)} at the end`).join('. ')}.`,
    figure: {
      kind: 'lines',
      axis: 'step of training, logarithmic',
      lines: shown.map((b) => ({
        name: `block ${b}`,
        hue: b === 0 ? 'block' : b === 1 ? 'other' : 'attn',
        points: points.map((p) => [Math.log2(1 + p.step!), p.block[b]!]),
      })),
    },
  };
}

/** " (62% of the damage undone, 95%: 55% to 69%)", where that was measured. */
const shareWords = ({ undone }: ShippedRecovery['by'][number]): string =>
  undone
    ? ` (${percent(undone.share, 0)} of the damage undone, 95%: ${undone.interval.map((end) => percent(end, 0)).join(' to ')})`
    : '';

/** The most layers that something was fitted for, with each of what stood in, on windows that it was not fitted on. */
export function meanStandsIn({ results, details }: Known): Finding | undefined {
  const layers = (drop: string) => parseDropList(drop, results.model.blocks);
  const [found] = [...(details?.recoveries ?? [])].sort((a, b) => layers(b.drop).length - layers(a.drop).length);
  const mean = found?.by.find(({ method }) => method === 'mean');
  if (!found || !mean) return undefined;
  const added = (loss: readonly [number, number]) => loss[1] - found.full[1];
  const trained = found.by.find(({ method }) => method === 'distill');
  return {
    words: `Without ${droppedWords(layers(found.drop))} the loss rises by ${signed(added(found.pruned))} nats, with their mean updates by ${signed(added(mean.loss))}${shareWords(mean)}${trained ? `, with trained maps of rank ${trained.rank} by ${signed(added(trained.loss))}` : ''}.`,
    figure: {
      kind: 'bars',
      bars: [
        { name: 'nothing', value: added(found.pruned) },
        { name: 'mean', value: added(mean.loss) },
        ...(trained ? [{ name: 'trained', value: added(trained.loss) }] : []),
      ],
    },
    drop: found.drop,
  };
}
