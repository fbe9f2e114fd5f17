import { version } from '../../../package.json';
import type { CheckpointForm } from '../../exports/checkpoint/plan';
import { lastPart } from '../../exports/format';
import type { ExportPlace, ExportReport, ModelRequest } from '../../lab/contract';
import { EXPORT_FOLDER } from '../../lab/contract/export';
import { tell } from '../store/notify';
import { modulesOf } from '../store/recovery';
import { maskOf, reportOf } from '../store/select';
import { triedIn } from '../store/shelf';
import type { AppState } from '../store/state';
import { store } from '../store/store';
import { thirdOf } from '../store/third';
import { verdictOf } from '../store/verdict';
import { bytes } from '../words/format';
import { lab, runJob } from './jobs';

/** What an exported model's folder is called. */
export const exportName = (s: AppState): string => `${lastPart(reportOf(s)?.id ?? 'model')}-pruned`;

/** Where the model's files can be had from: asked for anew, or those of the open one. Undefined where there are none. */
function requestOf({ open: { model } }: AppState): { readonly model?: ModelRequest } | undefined {
  if (!model || model.source.kind === 'results') return undefined;
  if (model.source.kind === 'files') return model.loaded ? {} : undefined;
  return { model: model.source };
}

/** Whether there are weights to write. */
export const canExport = (s: AppState): boolean => requestOf(s) !== undefined && maskOf(s).dropped.length > 0;

type Picker = (options: { readonly mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>;

/** Writes the pruned model into a folder that a person picks; where the browser lets pages pick none, as downloads. */
export async function exportModel(form?: CheckpointForm): Promise<void> {
  const s = store.getState();
  const request = requestOf(s);
  if (!request) return;
  const to = await placeFor(exportName(s));
  if (!to) return;
  const third = form === undefined ? thirdOf(s) : undefined;
  const mask = maskOf(s);
  const pruning = third ? { dropped: mask.dropped, modules: modulesOf(third) } : mask.dropped;
  const ended = await runJob<ExportReport>({
    slot: 'export',
    label: 'The pruned model',
    failure: 'The pruned model was not written',
    run: (options) => lab().exportModel({ ...request, pruning, form, to, facts: factsOf(s) }, options),
  });
  if (ended.ended !== 'done') return;
  if (to.kind === 'kept') await downloadKept(ended.value);
  tell('The pruned model is written', said(ended.value, exportName(s)));
}

/** Undefined where a person picked none after all. */
async function placeFor(name: string): Promise<ExportPlace | undefined> {
  const { showDirectoryPicker } = window as unknown as { showDirectoryPicker?: Picker };
  if (!showDirectoryPicker) return { kind: 'kept' };
  try {
    return { kind: 'picked', directory: await showDirectoryPicker({ mode: 'readwrite' }), name };
  } catch {
    return undefined;
  }
}

/** What the model card says of the mask. */
function factsOf(s: AppState) {
  const { mask, full, pruned } = verdictOf(s);
  const how = triedIn(s.open.shelf, mask)?.chosen;
  const recovered = thirdOf(s)?.scored?.loss;
  return {
    lopper: version,
    ...(how && {
      chosen: [how.strategy, how.metric && `by ${how.metric}`, `of ${how.unit}`].filter(Boolean).join(' '),
    }),
    ...(full &&
      pruned && {
        text: pruned.text ?? s.calibration.source,
        loss: { full: full.loss, pruned: pruned.loss, ...(recovered !== undefined && { recovered }) },
      }),
  };
}

/** Files that the browser keeps for the page, handed out one by one. */
async function downloadKept({ files }: ExportReport): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(EXPORT_FOLDER);
  for (const { name } of files) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await (await folder.getFileHandle(name)).getFile());
    link.download = name;
    link.click();
    // Browsers drop a download that follows another at once.
    await new Promise((done) => setTimeout(done, 300));
  }
}

function said({ files, kept, folded, beside, notes }: ExportReport, name: string): string {
  const size = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `${name}: ${files.length} files, ${bytes(size)}, ${kept.length} blocks.`,
    folded.length > 0 && `In its weights is what was fitted for ${folded.join(', ')}.`,
    beside.length > 0 && `What stands in for ${beside.join(', ')} is beside them: its README says how to use it.`,
    ...notes,
    'Drop its folder here to open it: its loss is that of this mask.',
  ]
    .filter(Boolean)
    .join(' ');
}
