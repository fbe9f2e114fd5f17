/** The masks that are asked tasks and write texts beforehand. */
import { sha256Of } from '../../src/formats/sha256';
import type { EvalReport, GenerateEvent, InfluenceReport } from '../../src/lab/contract';
import type { ShippedDetails } from '../../src/lab/files/shipped-file';
import { evaluate } from '../../src/lab/jobs/evaluate';
import { generate } from '../../src/lab/jobs/generate';
import { PLAIN_UNITS, type Sublayer, sublayerIndex, unitsOf } from '../../src/model/units';
import { formatDropList } from '../../src/pruning/drop-list';
import type { Shipping } from './arguments';
import { rankedSteps } from './losses';
import type { Place } from './place';
import type { KeptWork } from './work';

export interface NamedMask {
  readonly name: string;
  readonly dropped: readonly Sublayer[];
}

const UNIT = { block: 'Block', attn: 'Attention', ffn: 'Feed-forward' } as const;
const UNITS = { block: 'the blocks', attn: 'the attention', ffn: 'the feed-forward', sublayer: 'all layers' } as const;

/** What strategies would take of a third of the blocks and of a half; and every single layer and block. */
export function namedMasks(blocks: number, curves: ShippedDetails['curves']): NamedMask[] {
  const single = PLAIN_UNITS.flatMap((unit) =>
    unitsOf(blocks, unit).map((dropped, i) => ({ name: `${UNIT[unit]} ${i}`, dropped })),
  );
  return eachOnce([...strategyMasks(blocks, curves), ...single]);
}

/** What strategies would take; and of each kind a sixth, a third and a half, those first that cost least alone. */
export function severalMasks(
  blocks: number,
  curves: ShippedDetails['curves'],
  influence: readonly InfluenceReport[],
): NamedMask[] {
  const cheapest = influence
    .filter(({ metric }) => metric === 'loo-loss')
    .flatMap((report) => {
      const steps = rankedSteps(blocks, report);
      return [6, 3, 2].map((part) => {
        const removed = Math.round(blocks / part);
        return { name: `${removed} of ${UNITS[report.unit]}, the cheapest alone`, dropped: steps[removed - 1]! };
      });
    });
  return eachOnce([...cheapest, ...strategyMasks(blocks, curves)]);
}

const strategyMasks = (blocks: number, curves: ShippedDetails['curves']): NamedMask[] =>
  curves
    .filter(
      ({ report: { strategy, metric } }) => strategy === 'greedy' || (strategy === 'one-shot' && metric === 'cosine'),
    )
    .flatMap(({ report: { strategy, unit, points } }) =>
      [Math.round(blocks / 3), Math.round(blocks / 2)].flatMap((removed) => {
        const point = points.find((p) => p.removed === removed);
        const name = `${removed} of ${UNITS[unit]}, ${strategy === 'greedy' ? 'chosen one by one' : 'by influence'}`;
        return point ? [{ name, dropped: point.dropped }] : [];
      }),
    );

/** Of masks that two strategies come to, the first has the name. */
function eachOnce(masks: readonly NamedMask[]): NamedMask[] {
  const once = new Map<string, NamedMask>();
  for (const mask of masks) {
    const key = keyOf(mask.dropped);
    if (!once.has(key)) once.set(key, mask);
  }
  return [...once.values()];
}

const keyOf = (dropped: readonly Sublayer[]) =>
  dropped
    .map(sublayerIndex)
    .sort((a, b) => a - b)
    .join();

/** Masks asked together: what they share is computed once, and a run that is cut loses little. */
const AT_ONCE = 3;

type Tasks = ShippedDetails['masks'][number]['tasks'];
type WithoutItems = Omit<EvalReport, 'items'>;

/** The full model's report on each task, and each mask's against it over the same items. */
export async function askTasks(
  place: Place,
  work: KeptWork,
  { tasks, maskTasks }: Pick<Shipping, 'tasks' | 'maskTasks'>,
  masks: readonly NamedMask[],
): Promise<{ readonly full: WithoutItems[]; readonly masks: Tasks[] }> {
  const full: WithoutItems[] = [];
  const found = masks.map((): Tasks => []);
  for (const task of tasks) {
    const ask = async (dropped: readonly (readonly Sublayer[])[], name: string): Promise<WithoutItems> => {
      const { items: _, ...report } = await place.run(evaluate, { task, masks: dropped }, `${task}, ${name}`);
      return report;
    };
    full.push(await work.get(task, () => ask([[]], 'full')));
    if (!maskTasks.includes(task)) continue;
    for (let first = 0; first < masks.length; first += AT_ONCE) {
      const some = masks.slice(first, first + AT_ONCE);
      const reports = await work.get(`${task}, ${some.map((m) => formatDropList(m.dropped)).join(' ')}`, async () => {
        await ask([[], ...some.map((m) => m.dropped)], some.map((m) => m.name).join(', '));
        // The answers are known now: each mask's are held against the full model's.
        const each: WithoutItems[] = [];
        for (const { dropped, name } of some) each.push(await ask([[], dropped], name));
        return each;
      });
      for (const [i, report] of reports.entries()) found[first + i]!.push(ofMask(report));
    }
  }
  return { full, masks: found };
}

/** What a report says of the second of its masks. */
export const ofMask = ({ task, results, metrics, difference, tooFew }: WithoutItems): Tasks[number] => ({
  task,
  result: results[1]!,
  metrics: Object.fromEntries(Object.entries(metrics).map(([name, means]) => [name, means[1]!])),
  ...(difference && { difference }),
  ...(tooFew && { tooFew }),
});

type Continuation = ShippedDetails['prompts'][number]['full'];

export interface Written {
  readonly prompts: ShippedDetails['prompts'];
  /** Of each mask, a text a prompt. */
  readonly texts: Continuation[][];
  readonly tokens: Record<string, string>;
}

/** Tokens that each writes. */
const MAX_TOKENS = 40;
/** Of the ten likeliest, as many as the page shows; and how likely one is at least. */
const TOP = 6;
const LEAST_SHOWN = 0.001;

/** Every prompt continued greedily by the full model and by each mask. */
export async function continuePrompts(
  place: Place,
  work: KeptWork,
  prompts: readonly string[],
  masks: readonly NamedMask[],
): Promise<Written> {
  const tokens: Record<string, string> = {};
  const texts = masks.map((): Continuation[] => []);
  const out: { text: string; full: Continuation }[] = [];
  const which = (await sha256Of(masks.map((m) => keyOf(m.dropped)).join(' '))).slice(0, 8);
  for (const [p, prompt] of prompts.entries()) {
    const written = await work.get(`texts-${p}-${which}`, async () => {
      const said: Record<string, string> = {};
      const all = [[], ...masks.map((m) => m.dropped)];
      const steps = all.map((): GenerateEvent[] => []);
      const request = { prompt, maxTokens: MAX_TOKENS, temperature: 0, seed: 1, masks: all };
      const { branches } = await place.run(generate, request, `Writing on: ${prompt.slice(0, 40)}`, {
        onToken: (event: GenerateEvent) => steps[event.branch]!.push(event),
      });
      const continuations = branches.map(({ stopped }, b): Continuation => {
        for (const { top } of steps[b]!) for (const { id, text } of top.slice(0, TOP)) said[id] = text;
        return {
          ids: steps[b]!.map((s) => s.id),
          pieces: steps[b]!.map(({ text }, i) => added(text, steps[b]![i - 1]?.text ?? '')),
          top: steps[b]!.map((s) => s.top.slice(0, TOP).map((c) => [c.id, Number(c.probability.toFixed(4))])),
          stopped,
        };
      });
      return { continuations, said };
    });
    const [full, ...pruned] = written.continuations.map(brief);
    Object.assign(tokens, written.said);
    out.push({ text: prompt, full: full! });
    for (const [m, one] of pruned.entries()) texts[m]!.push(one);
  }
  return { prompts: out, texts, tokens };
}

/** Without candidates that nobody would see, which are most of it. */
const brief = ({ top, ...rest }: Continuation): Continuation => ({
  ...rest,
  top: top.map((step) =>
    step.filter(([, p], i) => i === 0 || p >= LEAST_SHOWN).map(([id, p]) => [id, Number(p.toFixed(3))]),
  ),
});

/** What a token added to the text before it: its end may have been rewritten. */
function added(text: string, before: string): string {
  let same = 0;
  while (same < before.length && before[same] === text[same]) same++;
  return text.slice(same);
}
