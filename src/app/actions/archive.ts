/** All results of the open model in one file, and back. */
import { version } from '../../../package.json';
import { LopperError } from '../../errors';
import { sha256Of } from '../../formats/sha256';
import { growthFile } from '../../lab/files/growth-file';
import { openZip } from '../../lab/files/open-zip';
import { notifyFailure } from '../store/notify';
import { fileStem, reportOf } from '../store/select';
import type { AppState } from '../store/state';
import { store } from '../store/store';
import { download } from './download';
import { type ArchiveEntry, drawCharts } from './draw-charts';
import { toFailure } from './failure';
import { maskText } from './mask-files';
import { importRecovery, recoveryFile } from './recovery';
import { curveText, importFile, resultText } from './result-files';
import { evaluationsText } from './save-evaluations';

/** Members of an archive that are results. */
const OURS = /^((mask|norms|plan|benchmarks|(influence|curves|training)\/[^/]+)\.json|recovery\.safetensors)$/;
/** These put a mask in force: last, what stands in after the mask. */
const MASKS = ['mask.json', 'recovery.safetensors'];

/** What there is of the open model: the mask, every measure, curve and norm, what was answered, and what stands in. */
export async function archiveEntries(s: AppState): Promise<ArchiveEntry[]> {
  const report = reportOf(s);
  if (!report) return [];
  const { influence, norms, plan, growth, evaluations } = s.open;
  const recovery = recoveryFile(s);
  const curves = s.curves.filter((c) => c.model === report.fingerprint && c.report.points.length > 0);
  return [
    { name: 'mask.json', content: await maskText(s) },
    ...(await Promise.all(
      influence.map(async ({ report, ...from }) => ({
        name: `influence/${report.metric}-${report.unit}.json`,
        content: await resultText({ kind: 'influence', report }, from),
      })),
    )),
    ...(await Promise.all(
      curves.map(async (curve) => ({
        name: `curves/${curve.id}-${curve.report.unit}-${curve.report.metric ?? curve.report.strategy}.json`,
        content: await curveText(curve),
      })),
    )),
    ...(norms
      ? [{ name: 'norms.json', content: await resultText({ kind: 'norms', report: norms.report }, norms) }]
      : []),
    ...(plan ? [{ name: 'plan.json', content: await resultText({ kind: 'plan', report: plan.report }, plan) }] : []),
    ...Object.entries(growth).map(([metric, { report, origin, text }]) => ({
      name: `training/${metric}.json`,
      content: `${JSON.stringify(growthFile(report, { text: { source: text }, madeBy: { lopper: version, adapter: origin.adapter } }), null, 2)}\n`,
    })),
    ...(Object.keys(evaluations).length > 0 ? [{ name: 'benchmarks.json', content: evaluationsText(s) }] : []),
    ...(recovery ? [{ name: 'recovery.safetensors', content: recovery }] : []),
  ];
}

/** What lies in an archive, and how it is opened again, for who finds it a year later. */
function readmeOf(s: AppState, entries: readonly ArchiveEntry[]): string {
  const { id, revision, fingerprint, dtype } = reportOf(s)!;
  return [
    `# Results of ${id}`,
    '',
    `Model: ${id}${revision ? ` at ${revision}` : ''}, ${dtype}, weights ${fingerprint}.`,
    `Saved by Lopper ${version} on ${new Date().toISOString().slice(0, 10)}; text in use: ${s.calibration.source}.`,
    '',
    'Open the zip file in Lopper (drop it on the page) to see all of it again. Each JSON file says what it was measured',
    'on, by what adapter and version, and opens by itself too; manifest.json has the SHA-256 of each. Blocks count from 0.',
    'The charts are as the page showed them when this was saved, each with its table; the numbers of all are in the JSON files.',
    '',
    ...entries.map(({ name }) => `- ${name}`),
    '',
  ].join('\n');
}

const bytesOf = (content: ArchiveEntry['content']): Uint8Array<ArrayBuffer> =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

/** Saves all of it as a zip file whose manifest lists each file with its hash. */
export async function saveArchive(): Promise<void> {
  const s = store.getState();
  try {
    const { zipSync } = await import('fflate');
    const entries = [...(await archiveEntries(s)), ...(await drawCharts())];
    const { id, revision, fingerprint, dtype } = reportOf(s)!;
    const files = await Promise.all(
      entries.map(async ({ name, content }) => ({
        ...{ name, bytes: bytesOf(content).length, sha256: await sha256Of(content) },
      })),
    );
    const manifest = {
      ...{ format: 'lopper-archive', version: 1 },
      model: { id, revision, weights_sha256: fingerprint, dtype },
      made_by: { lopper: version },
      files,
    };
    const readme = readmeOf(s, entries);
    const all = [
      { name: 'README.md', content: readme },
      { name: 'manifest.json', content: `${JSON.stringify(manifest, null, 2)}\n` },
      ...entries,
    ];
    const zip = zipSync(Object.fromEntries(all.map(({ name, content }) => [name, bytesOf(content)])));
    download(`${fileStem(s)}-results.zip`, new Blob([zip]), 'application/zip');
  } catch (error) {
    notifyFailure('The results could not be saved', toFailure(error));
  }
}

/** Opens what an archive holds: results, then the mask. What is not Lopper's is passed over. */
async function openArchive(file: File): Promise<void> {
  try {
    const files = await openZip(new Uint8Array(await file.arrayBuffer()), file.name);
    const ours = [...files].filter(([name]) => OURS.test(name));
    if (ours.length === 0) {
      throw new LopperError(
        'result-invalid',
        'No file in it is a mask or a result of Lopper.',
        'Choose a zip file that “All results” under Export saved, or a .json file.',
      );
    }
    ours.sort(([a], [b]) => MASKS.indexOf(a) - MASKS.indexOf(b));
    for (const [name, bytes] of ours) {
      const file = new File([bytes], name.replace('/', '-'));
      await (name.endsWith('.json') ? importFile(file) : importRecovery(file));
    }
  } catch (error) {
    notifyFailure(`${file.name} was not opened`, toFailure(error));
  }
}

/** Opens a mask, a result or the parts of one, or an archive of results. */
export const openFile = (file: File, ...others: readonly File[]): Promise<void> =>
  /\.zip$/i.test(file.name) ? openArchive(file) : importFile(file, ...others);
