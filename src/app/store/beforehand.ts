/** What was measured beforehand of the open model, as the page asks for it: a mask's loss, its answers, its texts. */
import type { ShippedDetails } from '../../lab/files/shipped-file';
import { sublayerIndex } from '../../model/units';
import { parseDropList } from '../../pruning/drop-list';
import { type KnownMasks, knownLoss, type Nearest, nearestKnown } from '../../pruning/known-masks';
import { type Mask, makeMask, maskFromSublayers, sameMask } from '../../pruning/mask';
import type { Evaluation } from './benchmarks';
import { bundledText } from './calibration';
import type { Known } from './known';
import type { Scored } from './losses';
import type { Continuation, Generation } from './prompt';
import type { AppState } from './state';
import { againstOf } from './third';

export const knownOf = ({ known, open }: Pick<AppState, 'known' | 'open'>): Known | undefined => {
  const own = open.model?.report.fingerprint;
  return known.find(({ results }) => results.model.fingerprint === own);
};

/** What known losses were measured on, in words. */
export const textOf = ({ results: { text } }: Known): string => titleOf(text);
export const titleOf = ({ name, source }: { readonly name: string; readonly source: string }): string =>
  bundledText(source)?.title ?? name;

/** The known losses, where the text in force is the one they were measured on: without weights there is no other. */
function knownMasksOf(s: AppState): (Known & { readonly masks: KnownMasks }) | undefined {
  const known = knownOf(s);
  if (!known?.masks) return undefined;
  const { text } = known.results;
  const same = bundledText(s.calibration.name)?.path === text.source && s.calibration.seqLen === text.seqLen;
  return same || !s.open.model?.loaded ? { ...known, masks: known.masks } : undefined;
}

/** Whether what was measured beforehand is of the text in force: then there is no need to measure it here. */
export const isOnKnownText = (s: AppState): boolean => knownMasksOf(s) !== undefined;

/** A mask's loss as it was measured beforehand. */
export function knownScored(s: AppState, mask: Mask): Scored | undefined {
  const known = knownMasksOf(s);
  const found = known && knownLoss(known.masks, mask);
  if (!found) return undefined;
  const { added, half } = found;
  const loss = known.results.score.loss + added;
  return {
    ...{ loss, perplexity: Math.exp(loss), tokens: known.results.text.tokens, mask, origin: known.origin },
    text: textOf(known),
    added: { difference: added, interval: [added - half, added + half] },
  };
}

const nearest = new WeakMap<Mask, { readonly in: KnownMasks; readonly found?: Nearest }>();

/** The mask nearest to the one in force of those that were measured beforehand. */
export function nearestOf(s: AppState): Nearest | undefined {
  const masks = knownMasksOf(s)?.masks;
  if (!masks) return undefined;
  const mask = s.open.masks.present;
  const before = nearest.get(mask);
  if (before?.in === masks) return before.found;
  const found = nearestKnown(masks, mask);
  nearest.set(mask, { in: masks, found });
  return found;
}

const keyOf = ({ dropped }: Pick<Mask, 'dropped'>) =>
  dropped
    .map(sublayerIndex)
    .sort((a, b) => a - b)
    .join();

type NamedMask = ShippedDetails['masks'][number];
const named = new WeakMap<ShippedDetails, ReadonlyMap<string, NamedMask>>();

/** What a mask was asked and wrote beforehand; known masks that were have a name. */
function namedMaskOf({ details }: Known, mask: Mask): NamedMask | undefined {
  if (!details) return undefined;
  const found = named.get(details) ?? new Map(details.masks.map((m) => [keyOf({ dropped: parseDropList(m.drop) }), m]));
  named.set(details, found);
  return found.get(keyOf(mask));
}

const merged = new WeakMap<
  AppState['open'],
  { readonly known?: Known; readonly all: AppState['open']['evaluations'] }
>();

/** Every task's report, the one on the mask in force where there is one: asked here, or else beforehand. */
export function evaluationsOf(s: AppState): AppState['open']['evaluations'] {
  const known = knownOf(s);
  const before = merged.get(s.open);
  if (before && before.known === known) return before.all;
  const all = { ...s.open.evaluations, ...(known && knownEvaluations(s, known)) };
  merged.set(s.open, { known, all });
  return all;
}

function knownEvaluations({ open }: AppState, known: Known): Record<string, Evaluation> {
  const mask = open.masks.present;
  const tasks = mask.dropped.length > 0 ? (namedMaskOf(known, mask)?.tasks ?? []) : [];
  const missing = tasks.filter(({ task }) => {
    const own = open.evaluations[task]?.masks[1];
    return !(own && sameMask(own, mask));
  });
  return Object.fromEntries(
    missing.flatMap(({ task, result, metrics, ...pair }) => {
      const full = known.results.evaluations.find((report) => report.task === task);
      if (!full) return [];
      const means = Object.entries(full.metrics).map(([name, [of]]) => [name, [of!, metrics[name] ?? of!]] as const);
      const report = { ...full, ...pair, results: [full.results[0]!, result], metrics: Object.fromEntries(means) };
      return [[task, { report, origin: known.origin, text: task, masks: [makeMask(mask.blocks), mask] }]];
    }),
  );
}

const texts = new WeakMap<Known, Map<string, Generation>>();

/** What both models write: here, or else what they wrote of this prompt beforehand. */
export function generationOf(s: AppState): Generation | undefined {
  const own = s.open.generation;
  const mask = s.open.masks.present;
  const against = againstOf(s)?.mask;
  const first = against ?? makeMask(mask.blocks);
  const same = own && sameMask(own.mask, mask) && sameMask(own.against ?? makeMask(mask.blocks), first);
  if (s.jobs.generate || same) return own;
  const known = knownOf(s);
  return (known && s.prompt.temperature === 0 && knownGeneration(known, s.prompt.prompt, mask, against)) || own;
}

function knownGeneration(known: Known, prompt: string, mask: Mask, against: Mask | undefined): Generation | undefined {
  const { details } = known;
  const p = details?.prompts.findIndex(({ text }) => text === prompt) ?? -1;
  if (!details || p < 0) return undefined;
  const made = texts.get(known) ?? new Map<string, Generation>();
  texts.set(known, made);
  const key = `${p} ${keyOf(mask)} ${against ? keyOf(against) : ''}`;
  const written = (of: Mask) => (of.dropped.length === 0 ? details.prompts[p]!.full : namedMaskOf(known, of)?.texts[p]);
  const [full, pruned] = [written(against ?? makeMask(mask.blocks)), written(mask)];
  if (!full || !pruned) return undefined;
  const found = made.get(key) ?? {
    ...{ prompt, mask: maskFromSublayers(mask.blocks, mask.dropped), origin: known.origin, against },
    ...{ full: continuation(full, details.tokens), pruned: continuation(pruned, details.tokens) },
  };
  made.set(key, found);
  return found;
}

const continuation = (
  { ids, pieces, top, stopped }: ShippedDetails['prompts'][number]['full'],
  tokens: ShippedDetails['tokens'],
): Continuation => ({
  text: pieces.join(''),
  steps: ids.map((id, i) => ({
    id,
    piece: pieces[i]!,
    top: top[i]!.map(([id, probability]) => ({ id, probability, text: tokens[id] ?? '' })),
  })),
  stopped,
});
