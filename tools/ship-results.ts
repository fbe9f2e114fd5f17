/**
 * Computes results beforehand, through the same jobs as the page, so that they can be shown without the model's weights:
 * `npm run ship-results` writes those of Sapling into public/models/sapling; with `--help` it says what else it can do.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { PROMPTS } from '../src/app/panels/prompt/prompts';
import { Reporter } from '../src/cli/terminal';
import { FULL } from '../src/engine/branch';
import { sha256Of } from '../src/formats/sha256';
import type { InfluenceReport, NormsReport } from '../src/lab/contract';
import {
  SHIPPED_GROWTH,
  type ShippedDetails,
  type ShippedResults,
  shippedDetailsFile,
  shippedFile,
  shippedGrowthFile,
} from '../src/lab/files/shipped-file';
import { influence } from '../src/lab/jobs/influence';
import { norms } from '../src/lab/jobs/norms';
import { score } from '../src/lab/jobs/score';
import { measureInfluence } from '../src/lab/measure/influence';
import { PLAIN_UNITS } from '../src/model/units';
import { formatDropList, parseDropList } from '../src/pruning/drop-list';
import { MOST_EXACT_UNITS } from '../src/pruning/exact-shapley';
import { isLeaveOneOut, isPlain } from '../src/pruning/metrics';
import { readShipping, type Shipping, USAGE } from './shipping/arguments';
import { drawCurves, stepsOf } from './shipping/curves';
import { measureGrowth } from './shipping/growth';
import { KeptCalibrated, KeptLosses } from './shipping/kept-losses';
import { listedMasks, listLosses, measureTables, rankedMasks, tableHeads, tablesFile } from './shipping/losses';
import { mendMasks, shipMended } from './shipping/mended';
import { askTasks, continuePrompts, namedMasks, severalMasks } from './shipping/named';
import { openPlaces, type Place, type Places } from './shipping/place';
import { measureRecoveries, shipRecoveries } from './shipping/recoveries';
import { KeptWork } from './shipping/work';

export async function main(args: readonly string[], root: string): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const asked = readShipping(args, root);
  const reporter = new Reporter(process.stderr, false);
  const places = await openPlaces(asked.model, asked, root, reporter);
  const { work, calibration, sha256 } = await groundOf(asked, places.engine, root);
  if (asked.recovery) {
    const out = resolve(root, asked.out);
    if (asked.model.kind !== 'bundled') await shipMended(out, await mendAsked(asked, places, work, root));
    else
      await shipRecoveries(detailsBeside(out), (curves) =>
        measureRecoveries(places.engine, work, root, calibration, curves),
      );
    return 0;
  }
  if (asked.growth) {
    const reports = await measureGrowth(asked, places.engine, work, root, calibration, reporter);
    const text = { ...textOf(asked, root), seqLen: calibration.seqLen, sha256 };
    const madeBy = { lopper: await versionOf(root), ...madeAt(places) };
    await writeFile(join(root, 'public', SHIPPED_GROWTH), shippedGrowthFile({ text, reports, madeBy }));
    return 0;
  }
  await ship(asked, places, root, reporter);
  return 0;
}

const versionOf = async (root: string): Promise<string> =>
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;

/** What computed. */
const madeAt = ({ engine, fast }: Places) => ({
  adapter: engine.adapter,
  ...(fast !== engine && { walks: fast.adapter }),
});

/** The text as the page knows it. */
const textOf = ({ text }: Shipping, root: string) => ({
  name: basename(text).replace(/\.\w+$/, ''),
  source: underPublic(text, root),
});

const underPublic = (file: string, root: string) => relative(join(root, 'public'), resolve(root, file));

interface TextCalibration {
  readonly text: string;
  readonly seqLen: number;
}

/** Losses of two programs, in single precision both, differ by less. */
const SAME_LOSS = 1e-4;

/** Of the text that both read, enough to tell. */
const WINDOWS = 2;

/** Throws where the processor does not say what the adapter says, on the full model and some layers out. */
async function checkAgreement(engine: Place, fast: Place, text: TextCalibration): Promise<number> {
  const calibration = { ...text, maxWindows: WINDOWS };
  const masks = ['', 'attn:7', 'ffn:2', 'block:5', 'attn:1-3,ffn:8'].map((list) => parseDropList(list));
  const [ours, theirs] = await Promise.all(
    [engine, fast].map((place) => place.run(score, { calibration, masks }, `Five losses by ${place.adapter}`)),
  );
  const apart = Math.max(...ours!.map(({ loss }, i) => Math.abs(loss - theirs![i]!.loss)));
  if (apart > SAME_LOSS) throw new Error(`${fast.adapter} and ${engine.adapter} differ by ${apart} nats.`);
  return apart;
}

const mendAsked = ({ mend }: Shipping, places: Places, work: KeptWork, root: string) =>
  mendMasks(
    places,
    work,
    root,
    mend.map(({ drop, text }) => ({ drop, source: underPublic(text, root) })),
  );

/** What it takes to go on with a sampled metric is not shipped. */
const withoutState = ({ sampling, ...report }: InfluenceReport): InfluenceReport => {
  if (!sampling) return report;
  const { state: _, ...rest } = sampling;
  return { ...report, sampling: rest };
};

/** The text in windows, and where what is measured of this model on it is kept. */
async function groundOf(asked: Shipping, { model: { report: model } }: Place, root: string) {
  const text = await readFile(resolve(root, asked.text), 'utf8');
  const sha256 = await sha256Of(text);
  const seqLen = Math.min(asked.seqLen, model.context);
  const key = `${model.id.replace(/[^\w.-]+/g, '-')}-${model.fingerprint.slice(0, 8)}-${sha256.slice(0, 8)}-${seqLen}`;
  return { work: new KeptWork(join(asked.scratch, key)), calibration: { text, seqLen }, sha256 };
}

/** Where the details of a file of results lie, where they are not in it. */
const detailsBeside = (out: string) => out.replace(/(\.json)?$/, '-details.json');

async function ship(asked: Shipping, places: Places, root: string, reporter: Reporter): Promise<void> {
  const { engine, fast } = places;
  const { report: model } = engine.model;
  const { blocks } = model;
  const { work, calibration, sha256 } = await groundOf(asked, engine, root);
  const on = await fast.desk.calibrate(calibration);
  const predicted = on.windows.map((ids) => ids.length - 1);
  const losses = new KeptLosses(fast.model.engine, on.trees, join(work.folder, 'losses.jsonl'));
  const tell = (what: string, done: number, of: number) => reporter.note(`Losses, ${what}: ${done} of ${of} to go`);

  if (fast !== engine) await work.get('agreement', () => checkAgreement(engine, fast, calibration));
  const kept = new KeptCalibrated(on, losses);
  const [full] = await on.score([FULL]);
  const plain: InfluenceReport[] = [];
  for (const metric of asked.metrics.filter(isPlain)) {
    for (const unit of PLAIN_UNITS) {
      const name = `${metric}, ${unit}`;
      const measure = () =>
        isLeaveOneOut(metric)
          ? measureInfluence(kept, metric, unit)
          : engine.run(influence, { metric, unit, calibration }, name);
      plain.push(await work.get(name, measure));
    }
  }
  const stream = await work.get<NormsReport>('norms', () => engine.run(norms, { calibration }, 'Norms'));
  const curves = await drawCurves(fast, work, calibration, asked.curves);
  const masks = asked.singles ? namedMasks(blocks, curves) : severalMasks(blocks, curves, plain);
  const listed = [
    ...listedMasks(blocks, asked.runs),
    ...rankedMasks(blocks, plain, asked.curves),
    ...masks.map((m) => m.dropped),
    ...curves.flatMap((c) => stepsOf(c.report)),
  ];
  await measureTables(losses, blocks, { whole: false, listed }, tell);
  const tasks = await askTasks(fast, work, asked, masks);
  const written = await continuePrompts(
    fast,
    work,
    model.hasTokenizer ? PROMPTS.slice(0, 3).map((p) => p.text) : [],
    masks,
  );
  const sampled: InfluenceReport[] = [];
  for (const unit of asked.metrics.includes('shapley-loss') ? PLAIN_UNITS : []) {
    reporter.note(`shapley-loss, ${unit}`);
    const settings = { seed: 1, exact: asked.whole && blocks <= MOST_EXACT_UNITS, permutations: asked.permutations };
    sampled.push(withoutState(await measureInfluence(kept, 'shapley-loss', unit, settings)));
  }
  if (asked.whole) await measureTables(losses, blocks, { whole: true, listed }, tell);

  const mended =
    asked.model.kind === 'bundled'
      ? await measureRecoveries(engine, work, root, calibration, curves)
      : asked.mend.length > 0 && { recoveries: await mendAsked(asked, places, work, root) };
  const details: ShippedDetails = {
    norms: stream,
    curves,
    losses: listLosses(losses, predicted, blocks, listed),
    prompts: written.prompts,
    masks: masks.map(({ name, dropped }, m) => ({
      name,
      drop: formatDropList(dropped),
      tasks: tasks.masks[m]!,
      texts: written.texts[m]!,
    })),
    ...mended,
    tokens: written.tokens,
  };
  const out = resolve(root, asked.out);
  const stem = out.replace(/\.json$/, '');
  const heads = tableHeads(blocks);
  const results: Omit<ShippedResults, 'format' | 'version'> = {
    model,
    text: {
      ...textOf(asked, root),
      seqLen: calibration.seqLen,
      windows: on.windows.length,
      tokens: on.tokens,
      sha256,
    },
    score: { loss: full!.loss, perplexity: full!.perplexity, tokens: full!.tokens },
    influence: [...plain, ...sampled],
    evaluations: tasks.full,
    // Beside the page they come once the first screen stands; elsewhere one file is easier to hand on.
    details: asked.model.kind === 'bundled' ? basename(detailsBeside(out)) : details,
    ...(heads.length > 0 && { tables: { file: `${basename(stem)}-losses.bin`, of: heads } }),
    madeBy: {
      lopper: await versionOf(root),
      ...madeAt({ engine, fast }),
      dtype: model.dtype,
    },
  };
  await writeFile(out, shippedFile(results));
  if (typeof results.details === 'string')
    await writeFile(join(dirname(out), results.details), shippedDetailsFile(details));
  if (results.tables) await writeFile(join(dirname(out), results.tables.file), tablesFile(losses, predicted, blocks));
  reporter.clear();
  console.log(`${model.id}: loss ${full!.loss.toFixed(4)} over ${full!.tokens} tokens, ${losses.size} masks`);
}
