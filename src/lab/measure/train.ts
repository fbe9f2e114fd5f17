import type { Aim, EngineContract, RunOptions } from '../../engine/contract';
import type { TokenTree } from '../../engine/tree';
import { throwIfCancelled } from '../../errors';
import { seededAt, shuffled } from '../../random';
import { type AdamState, initAdam, rateAt } from '../../recovery/training';
import type { BestSoFar, TrainingProgress, TrainingRun, TrainSettings } from '../contract';
import { notFinite } from '../running/finite';
import { type FitTexts, recovered } from './recover';
import type { TrainingStart } from './training-start';
import { layOutWindows } from './windows';

/** What is asked of a training run, whole. */
export type TrainingAsked = TrainingRun['asked'] & { readonly steps: number };

export interface TrainingOptions {
  readonly signal?: AbortSignal;
  /** Steps taken; a part of one counts. */
  readonly onProgress?: (done: number) => void;
  readonly onStep?: (soFar: TrainingProgress) => void;
  /** After each step: all that it can be gone on from. */
  readonly onRun?: (run: TrainingRun) => void;
}

export interface Trained {
  readonly run: TrainingRun;
  /** Why it was stopped, in words. */
  readonly diverged?: string;
}

/** How often worse than the first a distance may become before a run is stopped. */
const MOST_TIMES = 10;

const aimOf = ({ method, fit }: Pick<TrainSettings, 'method' | 'fit'>): Aim => {
  if (method === 'mse') return { kind: 'match', on: fit === 'full' ? 'full' : 'own' };
  return method === 'sft' ? { kind: 'sft' } : { kind: 'kl', temperature: 1 };
};

/**
 * Trains modules step by step; before each step the loss of its windows is known, and that of the text held out. The best
 * modules are kept: by the text held out, else by the text that is trained on where every step sees all of it, else the last.
 * A run is stopped where a loss is no number, or far worse than the first. Throws `not-finite` where the first one is none.
 */
export async function trainModules(
  texts: FitTexts,
  begin: TrainingStart | TrainingRun,
  asked: TrainingAsked,
  textSha256: string,
  { signal, onProgress, onStep, onRun }: TrainingOptions,
): Promise<Trained> {
  const { engine } = texts.on;
  const { steps, ...kept } = asked;
  const batches = new Batches(engine, texts.on.windows, asked);
  const held = texts.held && layOut(engine, texts.held.windows, asked);
  const before = 'state' in begin ? begin : undefined;
  let state = 'state' in begin ? begin.state : await chosen(engine, begin, asked, batches.at(1), signal);
  const losses = before ? before.losses.slice(0, state.step) : [];
  const heldLosses = before ? before.heldLosses.slice(0, state.step) : [];
  let best = before?.best ?? bestOf(state);
  let least = before && (held ? heldLosses : losses)[best.step];
  const trainer = await engine.trainer(state, aimOf(asked));
  const run = (): TrainingRun => ({
    ...{ asked: kept, textSha256, state, best, losses: [...losses], heldLosses: [...heldLosses] },
  });
  const tell = () => {
    const { step } = state;
    onStep?.({ step, steps, losses: [...losses], heldLosses: [...heldLosses], best: best.step });
    onRun?.(run());
  };
  try {
    for (;;) {
      throwIfCancelled(signal);
      const { step } = state;
      const part = (from: number, share: number): RunOptions => ({
        signal,
        onProgress: (f) => onProgress?.(Math.min(steps, step + from + share * f)),
      });
      const onHeld = held && (await trainer.loss(held, part(0, 0.25)));
      const trees = batches.at(step + 1);
      const rate = rateAt(asked.schedule, asked.lr, step + 1, steps);
      const next = step < steps ? await trainer.step(trees, rate, part(0.25, 0.75)) : undefined;
      const loss = next ? next.loss : await trainer.loss(trees, part(0, 1));
      const wrong =
        whyStopped(loss, losses[0], step, engine, asked) ??
        (onHeld === undefined ? undefined : whyStopped(onHeld, heldLosses[0], step, engine, asked));
      if (wrong !== undefined && step === 0) throw notFinite(recovered(state.adapters));
      if (wrong !== undefined) return { run: run(), diverged: wrong };
      losses.push(loss);
      if (onHeld !== undefined) heldLosses.push(onHeld);
      const judged = onHeld ?? (batches.isWhole ? loss : undefined);
      if (judged === undefined || least === undefined || judged < least) [best, least] = [bestOf(state), judged];
      if (next?.state) state = next.state;
      tell();
      if (!next) return { run: run() };
    }
  } finally {
    trainer.dispose();
  }
}

const bestOf = ({ step, adapters }: AdamState): BestSoFar => ({
  step,
  modules: adapters.map(({ unit, module }) => ({ unit, module })),
});

/** In words, where a loss says that the run leads nowhere: worse than the first by all that a model knows. */
function whyStopped(
  loss: number,
  first: number | undefined,
  step: number,
  { model }: EngineContract,
  { method }: TrainingAsked,
): string | undefined {
  if (!Number.isFinite(loss)) return `After ${step} steps the loss was no number`;
  if (first === undefined) return undefined;
  const most = method === 'mse' ? MOST_TIMES * first : first + Math.log(model.vocabulary);
  return loss > most
    ? `After ${step} steps the loss was ${loss.toPrecision(3)}, from ${first.toPrecision(3)}`
    : undefined;
}

/** The beginning with the lowest loss on the first windows. */
async function chosen(
  engine: EngineContract,
  { candidates, rates }: TrainingStart,
  asked: TrainingAsked,
  trees: readonly TokenTree[],
  signal?: AbortSignal,
): Promise<AdamState> {
  let best: { readonly state: AdamState; readonly loss: number } | undefined;
  for (const placed of candidates) {
    const state = initAdam(placed, rates);
    if (candidates.length === 1) return state;
    const trainer = await engine.trainer(state, aimOf(asked));
    try {
      const loss = await trainer.loss(trees, { signal });
      if (!best || loss < best.loss) best = { state, loss };
    } finally {
      trainer.dispose();
    }
  }
  return best!.state;
}

/** Rows that one tree may have: a gradient keeps more of each than a walk. */
const layOut = (
  engine: EngineContract,
  windows: readonly (readonly number[])[],
  { method }: Pick<TrainSettings, 'method'>,
) =>
  layOutWindows(windows, method === 'mse' ? engine.maxRows : Math.min(engine.maxRows, engine.gradientRows())).map(
    ({ tree }) => tree,
  );

/** Windows of each step: all, or so many in an order that is drawn anew for each round, each of them once in a round. */
class Batches {
  readonly isWhole: boolean;
  #all?: readonly TokenTree[];

  constructor(
    readonly engine: EngineContract,
    readonly windows: readonly (readonly number[])[],
    readonly asked: TrainingAsked,
  ) {
    this.isWhole = asked.batch === 'all' || asked.batch >= windows.length;
  }

  /** Of step `step`, counted from 1. */
  at(step: number): readonly TokenTree[] {
    const { engine, windows, asked } = this;
    if (asked.batch === 'all' || this.isWhole) {
      this.#all ??= layOut(engine, windows, asked);
      return this.#all;
    }
    const { length } = windows;
    const taken = Array.from({ length: asked.batch }, (_, i) => {
      const place = (step - 1) * (asked.batch as number) + i;
      return shuffled(length, seededAt(asked.seed, Math.floor(place / length)))[place % length]!;
    });
    return layOut(
      engine,
      taken.sort((a, b) => a - b).map((w) => windows[w]!),
      asked,
    );
  }
}
