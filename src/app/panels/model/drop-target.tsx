import { useEffect, useState } from 'react';
import { setCalibration } from '../../actions/calibration';
import { toFailure } from '../../actions/failure';
import { openModel } from '../../actions/open-model';
import { readTextFile } from '../../actions/read-text';
import { notifyFailure } from '../../store/notify';
import { store } from '../../store/store';
import css from './drop-target.module.css';
import { filesOfDrop, modelFiles } from './read-drop';

/** Files may be dropped anywhere: a model's folder or files, a mask, a recovery, a result, a calibration text. */
export function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') === true;
    const enter = (e: DragEvent) => {
      if (!carriesFiles(e)) return;
      depth++;
      setOver(true);
    };
    const leave = (e: DragEvent) => {
      if (!carriesFiles(e)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const allow = (e: DragEvent) => carriesFiles(e) && e.preventDefault();
    const drop = (e: DragEvent) => {
      if (!carriesFiles(e) || !e.dataTransfer) return;
      e.preventDefault();
      depth = 0;
      setOver(false);
      filesOfDrop(e.dataTransfer)
        .then(take)
        .catch((error) => notifyFailure('The files could not be read', toFailure(error)));
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: allow, drop } as const;
    for (const [name, f] of Object.entries(listeners)) window.addEventListener(name, f as EventListener);
    return () => {
      for (const [name, f] of Object.entries(listeners)) window.removeEventListener(name, f as EventListener);
    };
  }, []);
  if (!over) return null;
  return (
    <div className={css.over}>
      <p>
        Drop a model’s folder, a mask or a result (<code>.json</code>), a recovery (<code>.safetensors</code>) or a text
        to measure on (<code>.txt</code>)
      </p>
    </div>
  );
}

async function take({ name, files }: { name: string; files: File[] }): Promise<void> {
  const [first] = files;
  if (!first) return;
  if (files.length === 1 && /\.(json|ya?ml|zip|py|sh|csv)$/i.test(first.name)) {
    // Readers of files are fetched when there is a file to read.
    const { openFile } = await import('../../actions/archive');
    return openFile(first);
  }
  // Several without a model's config are the parts of a result.
  if (files.length > 1 && files.every((file) => /\.json$/i.test(file.name) && !/config\.json$/i.test(file.name))) {
    const { openFile } = await import('../../actions/archive');
    return openFile(first, ...files.slice(1));
  }
  if (files.length === 1 && /\.safetensors$/i.test(first.name)) {
    const { importIfRecovery } = await import('../../actions/recovery');
    if (await importIfRecovery(first)) return;
  }
  if (files.length === 1 && /\.(txt|md)$/i.test(first.name)) {
    const { calibration } = store.getState();
    const text = await readTextFile(first);
    if (text === undefined) return;
    setCalibration({ source: first.name, text, seqLen: calibration.seqLen, chosen: true });
    return;
  }
  await openModel({ kind: 'files', name, files: modelFiles(files) });
}
