import { version } from '../../../package.json';
import { blobSource } from '../../formats/sources';
import type { RecoverReport, TrainReport } from '../../lab/contract';
import { type Mask, maskFromSublayers, sameMask } from '../../pruning/mask';
import { isRecovery, readRecovery, writeRecovery } from '../../recovery/file';
import type { Placed } from '../../recovery/module';
import { setMask } from '../store/masks';
import type { Measured } from '../store/measured';
import { calibrationOf, canMeasure, hereOrigin, judgeOf } from '../store/measuring';
import { notify, notifyFailure } from '../store/notify';
import { type AtStrength, lossAt, modulesOf, type Recovered, type RecoveryChoice } from '../store/recovery';
import { fileStem, maskOf } from '../store/select';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { recoveredOf } from '../store/third';
import { recoveryName } from '../words/recovery';
import { download } from './download';
import { toFailure } from './failure';
import { lab, runJob } from './jobs';
import { named } from './named';

/** Strengths that a best one is looked for among, before it is looked for between them. */
const STRENGTHS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5];
/** A slider moves faster than losses come. */
const DEBOUNCE_MS = 120;

/** Every second window: the even ones choose and the odd ones judge, as everywhere on the page, where there are enough. */
export const heldOutOf = (s: AppState): number | undefined => (judgeOf(s) === 'halves' ? 0.5 : undefined);

export const chooseRecovery = (change: Partial<RecoveryChoice>): void =>
  store.setState(({ recovery }) => ({ recovery: { ...recovery, ...change } }));

/** Fits what stands in for the dropped layers, on every second window, and measures it on the others too. */
export async function fitRecovery(): Promise<void> {
  const s = store.getState();
  const mask = maskOf(s);
  const { skipFirst, rank, trains: _, ...choice } = s.recovery;
  const settings = {
    ...choice,
    ...(choice.method === 'linear' ? { rank } : { normed: false }),
    skipFirst: skipFirst ? 1 : 0,
  };
  const from = { origin: hereOrigin(s), text: s.calibration.source };
  const calibration = calibrationOf(s);
  const heldOut = heldOutOf(s);
  await runJob<RecoverReport>({
    slot: 'recover',
    label: 'Recovery',
    failure: 'The recovery could not be fitted',
    run: (options) =>
      named(calibration, (on) =>
        lab().recover({ calibration: on, heldOut, dropped: mask.dropped, ...settings }, options),
      ),
    show: (report) =>
      showRecovered(mask, recoveryName(report.method, report.rank), { report, ...from, calibration }, report.strength),
  });
  scoreThird();
}

/** What was fitted or trained for a mask, as what stands in for its layers now. */
export function showRecovered(
  mask: Mask,
  name: string,
  measured: Measured<RecoverReport | TrainReport>,
  strength = 1,
): void {
  const { modules, loss } = measured.report;
  changeOpen(({ recovered: before }) => ({
    recovered: {
      ...{ mask, modules, name, strength, measured, full: loss.full, pruned: loss.pruned },
      losses: [
        { strength: 0, loss: loss.pruned },
        { strength, loss: loss.recovered },
      ],
      applied: before?.applied === true && sameMask(before.mask, mask),
    },
  }));
}

/** Changes what is known of a recovery, while it is still the one that is there. */
const change = ({ modules }: Recovered, by: (now: Recovered) => Partial<Recovered>): void =>
  changeOpen(({ recovered }) =>
    recovered?.modules === modules ? { recovered: { ...recovered, ...by(recovered) } } : {},
  );

/**
 * Measures the losses at some strengths, of which those that are known are not asked for. Returns all that are known then;
 * undefined where it was stopped.
 */
async function measureStrengths(
  of: Recovered,
  strengths: readonly number[],
): Promise<readonly AtStrength[] | undefined> {
  const s = store.getState();
  const wanted = strengths.filter((strength) => !of.losses.some((at) => at.strength === strength));
  if (wanted.length === 0) return of.losses;
  const { mask, modules } = of;
  let known = of.losses;
  const { ended } = await runJob({
    slot: 'recover',
    label: 'Losses by strength',
    failure: 'The losses could not be measured',
    run: (options) =>
      named(of.measured?.calibration ?? calibrationOf(s), (calibration) =>
        lab().recoverStrengths(
          { calibration, heldOut: heldOutOf(s), dropped: mask.dropped, modules, strengths: wanted },
          options,
        ),
      ),
    show: ({ losses }) => {
      known = [...of.losses, ...losses].sort((a, b) => a.strength - b.strength);
      change(of, () => ({ losses: known }));
    },
  });
  return ended === 'done' ? known : undefined;
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Sets how much of what was fitted is added; its losses follow. */
export function setStrength(strength: number): void {
  const recovered = recoveredOf(store.getState());
  if (!recovered) return;
  change(recovered, () => ({ strength }));
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const now = recoveredOf(store.getState());
    if (!now || now.strength !== strength) return;
    if (!lossAt(now)) await measureStrengths(now, [strength]);
    scoreThird();
  }, DEBOUNCE_MS);
}

/** Finds the strength of the lowest loss on the windows that were fitted on: the best of several, then between its neighbours. */
export async function findStrength(): Promise<void> {
  const recovered = recoveredOf(store.getState());
  if (!recovered) return;
  const known = await measureStrengths(recovered, STRENGTHS);
  const between = known && lowestPoint(known);
  const now = recoveredOf(store.getState());
  if (!now || between === undefined) return;
  const all = await measureStrengths(now, [between]);
  if (all) setStrength(bestOf(all).strength);
}

const bestOf = (all: readonly AtStrength[]): AtStrength => all.reduce((a, b) => (b.loss[0] < a.loss[0] ? b : a));

/** Where the parabola through the best of some points and its neighbours is lowest; the best itself at an end. */
export function lowestPoint(all: readonly AtStrength[]): number | undefined {
  if (all.length === 0) return undefined;
  const i = all.indexOf(bestOf(all));
  const [a, b, c] = [all[i - 1], all[i]!, all[i + 1]];
  if (!a || !c) return b.strength;
  const [left, right] = [b.strength - a.strength, c.strength - b.strength];
  const [down, up] = [(b.loss[0] - a.loss[0]) / left, (c.loss[0] - b.loss[0]) / right];
  const slope = (down * right + up * left) / (left + right);
  const bend = (up - down) / (left + right);
  return bend > 0 ? Math.round(100 * (b.strength - slope / (2 * bend))) / 100 : b.strength;
}

/** Shows it as the third model, or no more. */
export function applyRecovery(applied: boolean): void {
  const recovered = recoveredOf(store.getState());
  if (!recovered) return;
  change(recovered, () => ({ applied }));
  scoreThird();
}

/** Measures the third model on the whole calibration text, where that is not known. */
export async function scoreThird(): Promise<void> {
  const s = store.getState();
  const recovered = recoveredOf(s);
  if (!recovered?.applied || !canMeasure(s) || recovered.scored?.strength === recovered.strength) return;
  const { mask, strength } = recovered;
  const pruning = { dropped: mask.dropped, modules: modulesOf(recovered) };
  await runJob({
    slot: 'recover',
    label: 'Loss of the recovered model',
    failure: 'The loss of the recovered model could not be computed',
    run: (options) => named(calibrationOf(s), (calibration) => lab().score({ calibration, masks: [pruning] }, options)),
    show: ([report]) => change(recovered, () => ({ scored: { ...report!, mask, strength, origin: hereOrigin(s) } })),
  });
}

/** The file of what stands in, at the strength it has, with what it was worth; undefined where nothing does. */
export function recoveryFile(s: AppState): Uint8Array<ArrayBuffer> | undefined {
  const recovered = recoveredOf(s);
  const { model } = s.open;
  if (!recovered || !model) return undefined;
  const { report, text } = recovered.measured ?? ({} as Partial<NonNullable<Recovered['measured']>>);
  const loss = lossAt(recovered);
  const plain = (pair: readonly (number | undefined)[]) => pair.filter((x) => x !== undefined);
  return writeRecovery({ dropped: recovered.mask.dropped, modules: modulesOf(recovered) }, model.report, {
    method: report?.method ?? recovered.name,
    ...(report && { settings: { fit: report.fit, ...(report.rank && { rank: report.rank }) } }),
    ...(report && text !== undefined && { calibration: { source: text, tokens: report.tokens[0] } }),
    ...(report &&
      loss && {
        loss: { full: plain(report.loss.full), pruned: plain(report.loss.pruned), recovered: plain(loss) },
      }),
    made_by: { lopper: version, adapter: recovered.measured?.origin.adapter ?? '', dtype: model.report.dtype },
  });
}

/** Saves it. */
export async function exportRecovery(): Promise<void> {
  const s = store.getState();
  const bytes = recoveryFile(s);
  if (bytes) download(`${fileStem(s)}-recovery.safetensors`, new Blob([bytes]), 'application/octet-stream');
}

/** Puts the mask of a recovery's file in force, and what stands there; a file that is none for this model changes nothing. */
export async function importRecovery(file: File): Promise<void> {
  const { model } = store.getState().open;
  if (!model) return;
  try {
    const { dropped, modules, about, warnings } = await readRecovery(blobSource(file.name, file), model.report);
    // Another may have been opened while it was read.
    if (store.getState().open.model !== model) return;
    const mask = maskFromSublayers(model.report.blocks, dropped);
    setMask(mask);
    notify(`Recovery loaded from ${file.name}`, warnings.join(' ') || undefined);
    await takeRecovery(mask, modules, about.method);
  } catch (error) {
    notifyFailure(`${file.name} was not loaded`, toFailure(error));
  }
}

/** Opens a file where it says that it is a recovery; returns whether it does. */
export async function importIfRecovery(file: File): Promise<boolean> {
  const is = await isRecovery(blobSource(file.name, file));
  if (is) await importRecovery(file);
  return is;
}

/** Puts modules that were fitted elsewhere in the place of what the mask drops, as the third model, and measures them. */
export async function takeRecovery(mask: Mask, modules: readonly Placed[], method: string): Promise<void> {
  const rank = modules.find(({ module }) => module.map)?.module.map?.rank;
  const recovered: Recovered = {
    ...{ mask, modules, name: recoveryName(method, rank), strength: modules[0]?.module.strength ?? 1 },
    ...{ losses: [], applied: true },
  };
  changeOpen({ recovered });
  await measureTaken(recovered);
}

/** Measures what is not known of a recovery that was not fitted here. */
export async function measureTaken(recovered: Recovered): Promise<void> {
  if (canMeasure(store.getState())) await measureStrengths(recovered, [0, recovered.strength]);
  change(recovered, ({ losses, pruned }) => ({ pruned: pruned ?? losses.find((at) => at.strength === 0)?.loss }));
  await scoreThird();
}
