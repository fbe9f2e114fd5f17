import type { PlanPoint, PlanRecovery, PlanReport, PlanRequest, PlanWay } from '../lab/contract';
import { bestSingle } from '../lab/contract/best-single';
import { UNIT_NAMES } from '../model/units';
import { type Budget, formatBudget, mostLoss, parseBudget, SAVED } from '../pruning/budgets';
import { formatDropList, parseDropList } from '../pruning/drop-list';
import { holdsZero } from '../pruning/paired-loss';
import { type Arguments, definedOf, oneOf, required, usage, wholeNumber } from './arguments';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import { CALIBRATION_OPTIONS, type Command, JOB, type Session, table } from './command';
import { untilEnded } from './interrupt';
import { ofModel } from './of-model';
import { toldOf } from './part';
import { readResume, resultJson } from './result';
import { checkOut, saveRecovery } from './save-recovery';

export const plan: Command = {
  name: 'plan',
  summary: 'the best mask within budgets, held against every strategy',
  usage: `lopper plan MODEL (--ids FILE | --text FILE --seq-len N) --budget params=-20%|kv=-33%|time=-25%|memory=-25%|loss=+0.05 [--unit ${UNIT_NAMES.join('|')}] [--json]`,
  options: {
    ...CALIBRATION_OPTIONS,
    budget: {
      value: 'WHAT=AMOUNT',
      help: `a share of ${SAVED.join(', ')} to be saved, or nats that the loss may rise; several at once: give it again`,
      repeats: true,
    },
    unit: { value: 'KIND', help: `what goes: ${UNIT_NAMES.join(', ')} (sublayer)` },
    lock: { value: 'LIST', help: 'never drop these, written as for --drop' },
    free: { value: 'LIST', help: 'drop none but these' },
    recover: {
      value: 'mean|linear:R,..',
      help: 'let the mean update stand in where that is better, or linear maps of these ranks too',
    },
    seed: { value: 'S', help: 'of the swaps that are tried at random (0)' },
    out: { value: 'FILE', help: 'write what stands in for the best, as safetensors (with --recover)' },
    timed: { help: 'measure what time attention and feed-forward layers take, in place of counting it' },
    resume: { value: 'FILE', help: 'go on from the JSON of a run that was ended early; asks what that asked' },
  },
  check(args) {
    checkCalibration(args);
    if (!args.values.has('resume')) required(args, 'budget', 'WHAT=AMOUNT');
    readBudgets(args);
    if (args.values.has('unit')) oneOf(args, 'unit', UNIT_NAMES);
    for (const name of ['lock', 'free']) parseDropList(args.values.get(name) ?? '');
    readRecover(args);
    wholeNumber(args, 'seed', 0, undefined);
    if (args.values.has('out') && !args.values.has('recover') && !args.values.has('resume')) {
      throw usage(
        '--out writes what stands in, and nothing may.',
        'Give --recover too, or print the mask with --json.',
      );
    }
  },
  async run(session) {
    await checkOut(session);
    const calibration = await readCalibration(session);
    const request = await readRequest(session);
    const { lab, reporter } = session;
    const report = await untilEnded<PlanReport>(session, 'this is the best so far', (tell) =>
      lab.plan({ ...request, calibration }, { job: JOB, onProgress: reporter.progress, onSoFar: tell }),
    );
    await save(session, report);
    const json = resultJson({ kind: 'plan', report }, await toldOf(session, await calibrationSource(session)));
    return ofModel({ json, text: describePlan(report) }, session.model);
  },
};

/** What stands in for the best, as a file. */
async function save(session: Session, { modules, points, best, recover, judged, tokens }: PlanReport): Promise<void> {
  const out = session.args.values.get('out');
  if (out === undefined) return;
  if (!modules || best === undefined) {
    session.reporter.note(`Nothing stands in for what the best leaves out: ${out} was not written.`);
    return;
  }
  const [full, point] = [points[0]!, points[best]!];
  await saveRecovery(
    session,
    out,
    { dropped: point.dropped, modules },
    {
      method: 'plan',
      settings: {
        ranks: recover?.ranks ?? [],
        fit: point.ways.some(({ by }) => by === 'refit') ? 'sequential' : 'full',
      },
      // As lopper recover tells them: where it was fitted, and where it was not.
      loss: { full: [full.chosen, full.loss], recovered: [point.chosen, point.loss] },
      tokens: judged?.chosenOn ?? tokens,
    },
  );
}

async function readRequest(session: Session): Promise<PlanRequest> {
  const { args, model } = session;
  const resume = (await readResume(session, 'plan'))?.report;
  const list = (name: string) => {
    const text = args.values.get(name);
    return text === undefined ? undefined : parseDropList(text, model.blocks);
  };
  const given = {
    budgets: readBudgets(args),
    unit: args.values.has('unit') ? oneOf(args, 'unit', UNIT_NAMES) : undefined,
    ...{ locked: list('lock'), free: list('free'), recover: readRecover(args) },
    seed: wholeNumber(args, 'seed', 0, undefined),
    timed: args.values.has('timed') || resume?.time !== undefined || undefined,
  };
  const { locked, free, recover } = resume ?? {};
  return {
    budgets: resume?.budgets ?? [],
    unit: resume?.unit ?? 'sublayer',
    ...definedOf({ locked, free, recover, seed: resume?.seed }),
    ...definedOf(given),
    ...(resume && { resume }),
  };
}

function readBudgets(args: Arguments): Budget[] | undefined {
  return args.values.get('budget')?.split(',').map(parseBudget);
}

/** What may stand in. Throws `usage`. */
function readRecover(args: Arguments): PlanRecovery | undefined {
  const text = args.values.get('recover');
  if (text === undefined) return undefined;
  if (text === 'mean') return { ranks: [] };
  const ranks = /^linear:(\d+(?:,\d+)*)$/.exec(text)?.[1]?.split(',').map(Number);
  if (ranks?.every((rank) => rank >= 1)) return { ranks };
  throw usage(`--recover is "${text}".`, 'Give mean, or linear:R, such as linear:8, or several: linear:8,32.');
}

const say = (x: number) => (Number.isFinite(x) ? x.toFixed(5) : 'no number');
const signed = (x: number) => (x < 0 ? say(x) : `+${say(x)}`);
const percent = (x: number) => `${(100 * x).toFixed(1)}%`;
const nameOf = ({ by, metric }: PlanWay) => (metric ? `${by} ${metric}` : by);

/** What is left out, and what stands in where something does. */
function nameMask({ dropped, modules = [] }: PlanPoint): string {
  const stands = modules.map(({ unit, rank }) => `${formatDropList(unit)} ${rank ? `linear:${rank}` : 'mean'}`);
  return [formatDropList(dropped) || 'nothing', ...(stands.length > 0 ? [`with ${stands.join(', ')}`] : [])].join(' ');
}

/** The best first, then every way's best against it. */
function describePlan(report: PlanReport): string {
  const { points, best, rivals, budgets, within, judged, work, notes, partial } = report;
  const [full] = points;
  const asked = budgets.map(formatBudget).join(', ');
  const tail = [
    ...notes,
    judged
      ? `Losses are those of ${judged.on}; masks were chosen on ${judged.chosenOn} other tokens.`
      : 'Losses are of the tokens that masks were chosen on.',
    `${work.masks} masks measured in ${work.passes.toFixed(0)} passes; one by one it were ${work.alone.toFixed(0)}.`,
    ...(partial ? ['Ended early: the best so far.'] : []),
  ];
  if (best === undefined || !full) return [`Nothing found yet for ${asked}.`, ...tail].join('\n\n');
  const point = points[best]!;
  const added = point.chosen - full.chosen;
  const lines = [
    `${within ? 'The best found' : 'Nothing found stays within the loss; the nearest'} for ${asked}: ${nameMask(point)}`,
    `It saves ${SAVED.map((of) => `${percent(point.saved[of])} of ${of}`).join(', ')}.`,
    `Loss ${say(point.loss)}, ${signed(point.loss - full.loss)}${point.added ? ` (95%: ${point.added.map(signed).join(' to ')})` : ''}; where it was chosen ${signed(added)}, at most ${Number.isFinite(mostLoss(budgets)) ? signed(mostLoss(budgets)) : 'anything'}.`,
    `Found by ${point.ways.map(nameOf).join(', ')}. What its units cost alone sums to ${signed(point.sum)}.`,
  ];
  const single = bestSingle(report);
  if (single) {
    const chance = holdsZero(single.interval) ? ', may be chance' : '';
    lines.push(
      `Where it is judged the best single strategy, ${nameOf(single.way)}, costs ${say(Math.abs(single.more))} ${single.more < 0 ? 'less' : 'more'} (95%: ${single.interval.map(signed).join(' to ')}${chance}).`,
    );
  }
  const rows = rivals.map(({ way, point: p, more, interval }) => [
    nameOf(way),
    signed(points[p]!.loss - full.loss),
    signed(more),
    interval.map(signed).join(' to '),
    percent(points[p]!.saved.params),
    formatDropList(points[p]!.dropped),
  ]);
  const against = table([['the best of', 'added', 'more than the best', '95%', 'params', 'without'], ...rows]);
  return [lines.join('\n'), ...(rows.length > 0 ? [against] : []), ...tail].join('\n\n');
}
