import type { TokenTree } from '../../engine/tree';
import { LopperError } from '../../errors';
import type { Calibration, TaskCalibration } from '../contract';

/** What windows are cut for: the limits of the open model and its tokenizer, if it has one. */
export interface WindowModel {
  readonly vocabulary: number;
  readonly context: number;
  readonly encode?: (text: string) => readonly number[];
}

/**
 * The token windows of a calibration. A text is encoded whole and cut every `seqLen` tokens without overlap, a last short
 * window kept when it predicts something; ids are taken as they are. Throws `text-too-short`, `ids-invalid`,
 * `tokenizer-missing` and `usage`.
 */
export function cutWindows(
  calibration: Exclude<Calibration, TaskCalibration>,
  model: WindowModel,
): readonly (readonly number[])[] {
  return 'ids' in calibration ? checkIds(calibration.ids, model) : cutText(calibration, model);
}

function cutText(calibration: Extract<Calibration, { text: string }>, model: WindowModel): number[][] {
  const { text, seqLen, maxWindows = Number.POSITIVE_INFINITY } = calibration;
  checkLength(seqLen, model);
  if (!model.encode) {
    throw new LopperError(
      'tokenizer-missing',
      'This model came without a tokenizer, so text cannot be scored.',
      'Add its tokenizer.json beside the weights, or give token ids.',
    );
  }
  const ids = model.encode(text);
  const windows: number[][] = [];
  for (let start = 0; start + 2 <= ids.length && windows.length < maxWindows; start += seqLen) {
    windows.push(ids.slice(start, start + seqLen));
  }
  if (windows.length === 0) {
    throw new LopperError(
      'text-too-short',
      `The text is ${ids.length} token${ids.length === 1 ? '' : 's'} long; a loss needs at least 2.`,
      'Give a longer text.',
    );
  }
  return windows;
}

/** Throws `usage` for windows that the model cannot read whole. */
export function checkLength(seqLen: number, { context }: Pick<WindowModel, 'context'>): void {
  if (Number.isInteger(seqLen) && seqLen >= 2 && seqLen <= context) return;
  throw new LopperError(
    'usage',
    `Windows of ${seqLen} tokens do not fit this model, whose context is ${context} tokens.`,
    `Choose a window length from 2 to ${context}.`,
  );
}

function checkIds(windows: readonly (readonly number[])[], model: WindowModel) {
  const refuse = (message: string) =>
    new LopperError('ids-invalid', message, 'Give a JSON list of lists of token ids, each at least 2 ids long.');
  if (!Array.isArray(windows) || windows.length === 0) throw refuse('The ids are not a list of windows.');
  for (const [w, ids] of windows.entries()) {
    if (!Array.isArray(ids) || ids.length < 2) throw refuse(`Window ${w} is not a list of at least 2 token ids.`);
    if (ids.length > model.context) {
      throw new LopperError(
        'ids-invalid',
        `Window ${w} has ${ids.length} ids, but this model's context is ${model.context} tokens.`,
        'Cut it into shorter windows.',
      );
    }
    const bad = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= model.vocabulary);
    if (bad >= 0) {
      throw new LopperError(
        'ids-invalid',
        `Id ${JSON.stringify(ids[bad])} at place ${bad} of window ${w} is not a token of this model.`,
        `Use whole numbers from 0 to ${model.vocabulary - 1}, made with this model's tokenizer.`,
      );
    }
  }
  return windows;
}

/** Windows side by side in one tree, with the index of its first one. */
export interface WindowTree {
  readonly tree: TokenTree;
  readonly first: number;
}

/**
 * Lays windows side by side in trees of at most `maxRows` rows (a longer window gets a tree to itself), every token but
 * the first of each scored. Nothing is shared, not even equal beginnings: statistics are means over every row of every window.
 * With `begin` the first tree has at most so many rows, and each after it at most twice as many as the one before.
 */
export function layOutWindows(windows: readonly (readonly number[])[], maxRows: number, begin = maxRows): WindowTree[] {
  const trees: WindowTree[] = [];
  let first = 0;
  let most = Math.min(begin, maxRows);
  while (first < windows.length) {
    let rows = 0;
    let end = first;
    while (end < windows.length && (end === first || rows + windows[end]!.length <= most))
      rows += windows[end++]!.length;
    trees.push({ tree: sideBySide(windows.slice(first, end), rows), first });
    first = end;
    most = Math.min(2 * most, maxRows);
  }
  return trees;
}

function sideBySide(windows: readonly (readonly number[])[], rows: number): TokenTree {
  const ids = new Uint32Array(rows);
  const positions = new Uint32Array(rows);
  const chains: { start: number; end: number; parent: number }[] = [];
  const scoredRows: number[] = [];
  const targets: number[] = [];
  const pairs: Uint32Array[] = [];
  let start = 0;
  for (const window of windows) {
    ids.set(window, start);
    const firstPair = scoredRows.length;
    for (let i = 0; i < window.length; i++) {
      positions[start + i] = i;
      if (i === 0) continue;
      scoredRows.push(start + i - 1);
      targets.push(window[i]!);
    }
    pairs.push(Uint32Array.from({ length: window.length - 1 }, (_, i) => firstPair + i));
    chains.push({ start, end: start + window.length, parent: -1 });
    start += window.length;
  }
  return {
    rows,
    ids,
    positions,
    chains,
    scored: { rows: Uint32Array.from(scoredRows), targets: Uint32Array.from(targets) },
    pairs,
    lastRows: chains.map((c) => c.end - 1),
  };
}
