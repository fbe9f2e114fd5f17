import { LopperError } from '../../errors';
import type { MeasuredModel } from '../../lab/contract/measured-models';
import { readLossTables } from '../../lab/files/loss-tables';
import {
  readModelResults,
  readShipped,
  readShippedDetails,
  SHIPPED_RESULTS,
  type ShippedDetails,
  type ShippedResults,
} from '../../lab/files/shipped-file';
import { parseDropList } from '../../pruning/drop-list';
import { knownLoss } from '../../pruning/known-masks';
import { makeMask } from '../../pruning/mask';
import { knownOf, textOf } from '../store/beforehand';
import type { Evaluation } from '../store/benchmarks';
import type { Known } from '../store/known';
import type { Origin } from '../store/measured';
import { notifyFailure } from '../store/notify';
import { justOpened, type Open, type OpenModel } from '../store/open';
import { changeOpen, store } from '../store/store';
import { toFailure } from './failure';
import { showFirstCurves } from './known-curves';

let head: Promise<ShippedResults | undefined> | undefined;
let beside: Promise<Beside> | undefined;

/** The results that ship with the bundled model, or undefined where there are none. Throws `result-invalid`. */
export const fetchShipped = (): Promise<ShippedResults | undefined> =>
  (head ??= fetchHead().catch((error) => {
    head = undefined;
    throw error;
  }));

async function fetchHead() {
  const answer = await fetch(new URL(SHIPPED_RESULTS, document.baseURI));
  return answer.ok ? readShipped(await answer.text()) : undefined;
}

const measured = new Map<string, Promise<ShippedResults>>();

/** The results of a model that ships without its weights, asked for once. Throws `file-missing`, `result-invalid`. */
export function fetchMeasured({ results, name }: MeasuredModel): Promise<ShippedResults> {
  const found = measured.get(results) ?? fetchResults(results, name);
  measured.set(results, found);
  found.catch(() => measured.delete(results));
  return found;
}

async function fetchResults(path: string, name: string): Promise<ShippedResults> {
  const answer = await fetch(new URL(path, document.baseURI)).catch(() => undefined);
  if (answer?.ok) return readModelResults(await answer.text(), path);
  throw new LopperError(
    'file-missing',
    `What was measured beforehand of ${name} did not come: ${answer ? `its place answers ${answer.status}` : 'there is no network'}.`,
    'Reload the page once there is a network.',
  );
}

/** What is known of a model that ships without its weights, whichever is open. Throws what `fetchMeasured` throws. */
export const knownBeforehand = async (model: MeasuredModel): Promise<Known> =>
  knownFrom(await fetchMeasured(model), 'shipped');

/** What ships of Sapling, whichever is open; undefined where nothing does. Throws `result-invalid`. */
export async function saplingBeforehand(): Promise<Known | undefined> {
  const results = await fetchShipped();
  return results && { ...knownFrom(results, 'shipped'), ...(await fetchBeside(results)) };
}

function knownFrom(results: ShippedResults, kind: 'shipped' | 'file'): Known {
  const { lopper, adapter, walks } = results.madeBy;
  const origin: Origin = { kind, adapter: [walks, adapter].filter(Boolean).join('; '), version: lopper };
  return { results, origin, ...(typeof results.details === 'object' && detailsOf(results)) };
}

/** Takes results in, so that their model shows them whenever it is open. */
export function learnResults(results: ShippedResults, kind: 'shipped' | 'file'): Known {
  const known = knownFrom(results, kind);
  const others = store.getState().known.filter((k) => k.results.model.fingerprint !== results.model.fingerprint);
  store.setState({ known: [...others, known] });
  return known;
}

/** What lies beside the shipped results: every known mask, and what is not on the first screen. Throws `result-invalid`. */
export const fetchBeside = (results: ShippedResults): Promise<Beside> =>
  (beside ??= readBeside(results).catch((error) => {
    beside = undefined;
    throw error;
  }));

async function readBeside(results: ShippedResults): Promise<Beside> {
  const { details, tables, model } = results;
  const at = (name: string) => fetch(new URL(name, new URL(SHIPPED_RESULTS, document.baseURI)));
  const [text, bytes] = await Promise.all([
    typeof details === 'string' ? at(details).then((answer) => answer.text()) : undefined,
    tables && at(tables.file).then((answer) => answer.arrayBuffer()),
  ]);
  const read = text === undefined ? results : { ...results, details: readShippedDetails(text, details as string) };
  return detailsOf(read, tables && bytes ? readLossTables(new Uint8Array(bytes), model.blocks, tables.of) : []);
}

/** Takes in what lies beside the shipped results, once the first screen stands. */
export async function showBeside(results: ShippedResults): Promise<void> {
  try {
    const found = await fetchBeside(results);
    // Its index is made now, and not with the first click.
    knownLoss(found.masks, { blocks: results.model.blocks, dropped: [{ block: 0, kind: 'attn' }] });
    store.setState(({ known }) => ({ known: known.map((k) => (k.results === results ? { ...k, ...found } : k)) }));
    showKnown();
  } catch (error) {
    notifyFailure('The masks that were measured beforehand could not be read', toFailure(error));
  }
}

/** What results that are one file know, as if it lay beside them. */
export const besideOf = (results: ShippedResults): Beside => detailsOf(results);

type Beside = ReturnType<typeof detailsOf>;

function detailsOf({ details, model: { blocks } }: ShippedResults, tables: NonNullable<Known['masks']>['tables'] = []) {
  const read = typeof details === 'object' ? details : undefined;
  const listed = read?.losses.map(([drop, added, half]) => ({ dropped: parseDropList(drop, blocks), added, half }));
  const all = read && { ...read, curves: read.curves.flatMap(withRecovered) };
  return { masks: { blocks, tables, listed: listed ?? [] }, details: all } satisfies Partial<Known>;
}

/** A curve, and the same with each of what stood in at its points. */
function withRecovered({ recovered = [], ...curve }: ShippedDetails['curves'][number]): ShippedDetails['curves'] {
  const { report, request } = curve;
  return [
    curve,
    ...recovered.map(({ recover, losses }) => ({
      request: { ...request, recover },
      report: {
        ...report,
        recover,
        points: report.points.map((point, i) =>
          Number.isFinite(losses[i]) ? { ...point, recovered: losses[i]! } : point,
        ),
      },
    })),
  ];
}

/** Puts before the page what is known of the open model, where nothing was measured here. */
function showKnown(): void {
  const s = store.getState();
  const known = knownOf(s);
  const norms = known?.details?.norms;
  if (norms && !s.open.norms) {
    changeOpen({ norms: { report: norms, origin: known.origin, text: textOf(known) } });
  }
  const more = (known?.details?.influence ?? []).filter(
    ({ metric, unit }) => !s.open.influence.some(({ report }) => report.metric === metric && report.unit === unit),
  );
  if (known && more.length > 0) {
    const own = more.map((report) => ({ report, origin: known.origin, text: textOf(known) }));
    changeOpen(({ influence }) => ({ influence: [...influence, ...own] }));
  }
  if (known) showFirstCurves(known);
}

/** A model as it is opened, with what was measured of it beforehand. */
export function openWith(model: OpenModel): Open {
  const open = justOpened(model);
  const known = knownOf({ ...store.getState(), open });
  return known ? { ...open, ...resultsOf(known) } : open;
}

function resultsOf({ results, origin, details }: Known): Partial<Open> {
  const mask = makeMask(results.model.blocks);
  const { tokens } = results.text;
  const text = textOf({ results, origin });
  const evaluations = results.evaluations.map((report): [string, Evaluation] => [
    report.task,
    { report, origin, text: report.task, masks: [mask] },
  ]);
  return {
    influence: [...results.influence, ...(details?.influence ?? [])].map((report) => ({ report, origin, text })),
    evaluations: Object.fromEntries(evaluations),
    full: { ...results.score, tokens, mask, origin, text },
    ...(details?.norms && { norms: { report: details.norms, origin, text } }),
  };
}
