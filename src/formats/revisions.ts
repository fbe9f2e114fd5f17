import { LopperError } from '../errors';

/** A published state of a model in training. */
export interface Revision {
  readonly name: string;
  /** Training steps, where the name tells. */
  readonly step?: number;
}

/** Most revisions in one list: each is a download of the whole model. */
const MOST = 500;

/** The public checkpoints of the Pythia models (EleutherAI): step0, the powers of two to 512, then every thousand. */
export const PYTHIA_STEPS: readonly number[] = [
  0,
  ...Array.from({ length: 10 }, (_, i) => 2 ** i),
  ...Array.from({ length: 143 }, (_, i) => 1000 * (i + 1)),
];

/** The steps of a hub model's public checkpoints, where they are known: those of the Pythia models. */
export const publicSteps = (repo: string): readonly number[] | undefined =>
  /pythia/i.test(repo) ? PYTHIA_STEPS : undefined;

/**
 * Reads a list of revisions: names with commas (`step0,step1000,main`) and, of a model whose public `steps` are known, a
 * range (`step0..step143000`), or so many of a range, spaced evenly in the logarithm of the step
 * (`step0..step143000:12`). Repeats are left out. Throws `usage`.
 */
export function parseRevisions(text: string, steps?: readonly number[]): Revision[] {
  const found = new Map<string, Revision>();
  for (const piece of text.split(',').map((p) => p.trim())) {
    for (const revision of readPiece(piece, steps)) found.set(revision.name, revision);
  }
  if (found.size > MOST) {
    throw new LopperError('usage', `${found.size} revisions are asked for.`, `Ask for ${MOST} or fewer at a time.`);
  }
  return [...found.values()];
}

function readPiece(piece: string, steps: readonly number[] | undefined): Revision[] {
  const range = /^step(\d+)\s*\.{2,3}\s*step(\d+)(?::(\d+))?$/.exec(piece);
  if (range && !steps) {
    throw new LopperError(
      'usage',
      `"${piece}" is a range, and which steps this model was published at is not known.`,
      'Ranges are of the Pythia models and of Sapling; of any other write each name: step1000,step2000.',
    );
  }
  if (range && steps) {
    const [, from, to, picks] = range;
    return readRange(steps, Number(from), Number(to), picks === undefined ? undefined : Number(picks));
  }
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(piece) || piece.includes('..')) {
    throw new LopperError(
      'usage',
      piece === '' ? 'The list of revisions has an empty piece.' : `"${piece.slice(0, 60)}" is not a revision.`,
      'Write names with commas, or a range: step0,step1000 or step0..step143000 or step0..step143000:12.',
    );
  }
  return [{ name: piece, step: stepOf(piece) }];
}

function readRange(published: readonly number[], from: number, to: number, picks?: number): Revision[] {
  const steps = published.filter((s) => s >= from && s <= to);
  if (from > to || steps.length === 0 || (picks !== undefined && picks < 2)) {
    throw new LopperError(
      'usage',
      `step${from}..step${to}${picks === undefined ? '' : `:${picks}`} names no checkpoints.`,
      `Write the earlier step first, and 2 picks or more; there are ${published.slice(0, 12).join(', ')}, ... ${published.at(-1)}.`,
    );
  }
  const chosen = picks === undefined ? steps : logSpaced(steps, picks);
  return chosen.map((step) => ({ name: `step${step}`, step }));
}

/** About `count` of ascending steps, the first and the last among them, evenly spaced in log(1 + step). */
export function logSpaced(steps: readonly number[], count: number): number[] {
  const place = (step: number) => Math.log1p(step);
  const [first, last] = [place(steps[0]!), place(steps.at(-1)!)];
  const chosen = Array.from({ length: count }, (_, i) => {
    const wanted = first + ((last - first) * i) / (count - 1);
    return steps.reduce((best, s) => (Math.abs(place(s) - wanted) < Math.abs(place(best) - wanted) ? s : best));
  });
  return [...new Set(chosen)];
}

/** The number in names such as `step1000-tokens4B`, `checkpoint-500`, `stage2-step4000`: after "step", else the last one. */
export function stepOf(name: string): number | undefined {
  const digits = /step[-_]?(\d+)/i.exec(name) ?? /(\d+)(?!.*\d)/.exec(name);
  return digits ? Number(digits[1]) : undefined;
}

/** By step, those without one last, then by name. */
export const byStep = (a: Revision, b: Revision): number =>
  (a.step ?? Number.POSITIVE_INFINITY) - (b.step ?? Number.POSITIVE_INFINITY) || a.name.localeCompare(b.name) || 0;
